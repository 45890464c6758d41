// `sallyport compose` beside files that it did not write: none of them is lost.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compose } from '../../scripts/graph/compose.ts'

let folder = ''
const place = (name: string) => join(folder, name)
const config = () => place('supergraph.yaml')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-foreign-'))
  const entry =
    '{ routing_url: "http://shop.invalid/graphql", schema: { file: shop.graphql }, access: public, mayDeclarePublic: true }'
  writeFileSync(config(), `subgraphs:\n  shop: ${entry}\n`)
  writeFileSync(place('shop.graphql'), 'type Query { items: [String] }')
})
afterEach(() => rmSync(folder, { recursive: true }))

test.each(['supergraph.graphql', 'access.lock', 'api.graphql'])(
  '%s of somebody else stays as it is, and nothing else is written',
  async (name) => {
    writeFileSync(place(name), 'type Theirs { a: Int }')
    await expect(compose({ config: config(), api: place('api.graphql') })).rejects.toThrow(
      new RegExp(`${name} was not written by this command, and is not overwritten`),
    )
    expect(readFileSync(place(name), 'utf8')).toBe('type Theirs { a: Int }')
    for (const other of ['supergraph.graphql', 'access.lock', 'api.graphql'])
      if (other !== name) expect(() => readFileSync(place(other))).toThrow('ENOENT')
  },
)

test('its own are its own where Git gave their lines other ends, and are up to date', async () => {
  const given = { config: config(), api: place('api.graphql') }
  await compose(given)
  for (const name of ['supergraph.graphql', 'access.lock', 'api.graphql']) {
    const text = readFileSync(place(name), 'utf8')
    writeFileSync(place(name), `\uFEFF${text.replaceAll('\n', '\r\n')}`)
  }
  expect((await compose({ ...given, check: true })).isComplete).toBe(true)
  writeFileSync(place('shop.graphql'), 'type Query { items: [String] more: Int }')
  expect((await compose({ ...given, check: true })).isComplete).toBe(false)
  expect((await compose(given)).isComplete).toBe(true)
  expect(readFileSync(place('supergraph.graphql'), 'utf8')).toMatch(/more/)
})

test('its own are written again, and subgraphs are only read', async () => {
  await compose({ config: config(), api: place('api.graphql') })
  writeFileSync(place('shop.graphql'), 'type Query { items: [String] more: Int }')
  const { said } = await compose({ config: config(), api: place('api.graphql') })
  for (const name of ['supergraph.graphql', 'access.lock', 'api.graphql']) {
    expect(said).toContain(name)
    expect(readFileSync(place(name), 'utf8')).toMatch(/more/)
  }
  expect(readFileSync(place('shop.graphql'), 'utf8')).toBe(
    'type Query { items: [String] more: Int }',
  )
})
