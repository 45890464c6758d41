// The map of the code names files that are there: what is moved is moved on the map too.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/architecture.md', 'utf8')
const named = [
  ...new Set(
    [...page.matchAll(/(?<![\w/.-])[a-z][\w-]*\/[\w/.-]*\w\.(?:ts|js|yaml|md)\b/g)].map(
      ([it]) => it,
    ),
  ),
]
const folders = [
  ...new Set(
    [...page.matchAll(/(?<![\w/.-])[a-z][\w-]*(?:\/[\w-]+)*\/(?=[\s`])/g)].map(([it]) => it),
  ),
]

/** The example of a factor that is added. */
const PRETEND = /pigeon/

/** Inside auth's own drawings paths begin below `subgraphs/auth`. */
const isThere = (path: string) =>
  ['', 'subgraphs/auth/', 'docs/'].some((root) => existsSync(root + path))

test('the way of a query has every step of the pipeline, in its order', () => {
  const table = readFileSync('gateway/pipeline.ts', 'utf8')
  const steps = [...table.matchAll(/^ {4}\['([a-z-]+)', /gm)].map(([, name]) => name)
  expect(steps.length).toBeGreaterThan(15)
  const drawing =
    /^## The way of a query$[\s\S]*?```text[^\n]*\n([\s\S]*?)```/m.exec(page)?.[1] ?? ''
  const drawn = [...drawing.matchAll(/^ {3}[│▼] {2}([a-z][a-z, -]*?)(?: {2,}|$)/gm)]
    .flatMap(([, names = '']) => names.split(', '))
    .concat(drawing.includes('the step `answer`') ? 'answer' : [])
  expect(drawn).toEqual(steps)
})

test('every file and folder that docs/architecture.md names is there', () => {
  expect(named.length).toBeGreaterThan(40)
  expect([...named, ...folders].filter((path) => !isThere(path) && !PRETEND.test(path))).toEqual([])
})
