// `sallyport init`: files to begin with, and nothing of a team's own written over.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sallyport } from './sallyport.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-init-'))
  writeFileSync(
    join(folder, 'people.graphql'),
    'type Query { user: User } type User @key(fields: "id") { id: ID! nick: String }',
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const people = [
  '--subgraph',
  'people=http://127.0.0.1:9/graphql',
  '--schema',
  'people=people.graphql',
]
const init = (...args: string[]) => sallyport(['init', ...args], {}, folder)
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

test('auth makes room for what the graph has, in the file and in what is said', async () => {
  const { code, stdout } = await init(...people)
  expect(code).toBe(0)
  expect(stdout).toMatch(/wrote {2}supergraph\.yaml/)
  expect(stdout).toContain('User is called Account here')
  expect(read('supergraph.yaml')).toContain('User: Account')
  expect(existsSync(join(folder, 'compose.yaml'))).toBe(true)
})

test('a file that is there stays, and what it lacks is said; auth has what names that file gives it', async () => {
  const own =
    'subgraphs:\n  orders: { routing_url: http://127.0.0.1:9/, schema: { file: o.graphql } }\n'
  writeFileSync(join(folder, 'supergraph.yaml'), own)
  const { code, stdout } = await init(...people)
  expect(code).toBe(0)
  expect(stdout).toMatch(/kept {3}supergraph\.yaml/)
  expect(stdout).toContain('Add to supergraph.yaml: people')
  expect(stdout).not.toContain('Auth makes room')
  expect(read('supergraph.yaml')).toBe(own)
})
