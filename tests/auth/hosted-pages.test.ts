// The list of pages, beside the graph that they ask and the paths that the gateway passes.
import { parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { passedPaths } from '../../gateway/passed/paths.ts'
import { hostedPages } from '../../subgraphs/auth/hosted-pages.ts'
import { createAuthSchema } from '../../subgraphs/auth/subgraph.ts'

test('whatever a page asks is in the graph, so that none of them is missing unseen', () => {
  const schema = createAuthSchema()
  expect(hostedPages.length).toBeGreaterThan(10)
  for (const { path, needs, uses = [] } of hostedPages) {
    for (const { document } of [...needs, ...uses]) {
      expect(validate(schema, parse(document)), path).toEqual([])
    }
  }
})

test('every page is reached through the gateway, and is for people', () => {
  const listed = new Map(passedPaths.map((entry) => [entry.path, entry]))
  for (const { path } of hostedPages) expect(listed.get(path)?.for, path).toBe('people')
})
