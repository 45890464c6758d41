// What `npm ci --engine-strict` looks at: every package that is installed runs on every Node that is supported.
import { readFileSync } from 'node:fs'
import { satisfies } from 'semver'
import { expect, test } from 'vitest'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { version?: string; engines?: { node?: string } | string[] }>
}

/** The floor, the Node of the image, and the one after it. */
const SUPPORTED = ['20.19.0', '24.0.0', '26.0.0']

test.each(SUPPORTED)('no package in the lock file excludes Node %s', (node) => {
  const excluding = Object.entries(lock.packages).flatMap(([path, { version, engines }]) => {
    const range = Array.isArray(engines) ? undefined : engines?.node
    return range === undefined || satisfies(node, range) ? [] : [`${path} ${version}: ${range}`]
  })
  expect(excluding).toEqual([])
})
