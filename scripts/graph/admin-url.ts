/** Where a command asks the running gateway: what was given, else the admin listener of the settings. */
export function adminUrlOf(
  given: unknown,
  { adminHost, adminPort }: { readonly adminHost: string; readonly adminPort: number },
): string {
  if (typeof given === 'string') return given.replace(/\/$/, '')
  const isAny = adminHost === '0.0.0.0' || adminHost === '::'
  const host = isAny ? '127.0.0.1' : adminHost
  return `http://${host.includes(':') ? `[${host}]` : host}:${adminPort}`
}
