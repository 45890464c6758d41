// npm installs on any version of Node and warns of it: what an old one would say instead is about a function that it does not have.

/** As `engines` of package.json says. */
const OLDEST = [20, 19] as const

/** @param version As `20.19.0`. @throws Error that says what to do */
export function refuseOldNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new Error(
    `Node ${version} is too old: Sallyport needs ${OLDEST.join('.')} or later, and Node 24 is recommended.`,
  )
}
