// Packages that had holes or changed what we rely on: nothing older than this is installed, and graphql once.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { version?: string; hasInstallScript?: boolean }>
}

test.each([
  // GHSA-9q82-xgwf-vj6h: GET with an odd Content-Type passed the CSRF prevention.
  ['@apollo/server', [5, 5]],
  // CVE-2026-32621
  ['@apollo/gateway', [2, 14]],
  // CVE-2023-26144 and its variants: validation of repeated fields.
  ['graphql', [16, 15]],
] as const)('%s is %j or newer, within its major version', (name, [major, minor]) => {
  const installed = lock.packages[`node_modules/${name}`]?.version ?? ''
  const [foundMajor = 0, foundMinor = 0] = installed.split('.').map(Number)
  expect(foundMajor).toBe(major)
  expect(foundMinor).toBeGreaterThanOrEqual(minor)
})

test('there is one copy of graphql: two in a process break schemas', () => {
  const copies = Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/graphql'))
  expect(copies).toEqual(['node_modules/graphql'])
})

test('no package needs a script at installation: each that has one is refused by name, so that `npm ci` has nothing to ask', () => {
  const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    allowScripts: Record<string, boolean>
  }
  const scripted = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.split('node_modules/').at(-1))
  expect(scripted.length).toBeGreaterThan(0)
  expect(allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])))
})
