// `sallyport check` names scopes that nobody described, and fails for none of them; a section that is wrong is told by its line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { check } from '../../scripts/graph/check.ts'
import { readDescribedScopes } from '../../subgraphs/auth/supergraph-file.ts'

let folder = ''
const config = () => join(folder, 'supergraph.yaml')
const entry = '{ routing_url: "http://shop.invalid/graphql", schema: { file: shop.graphql } }'
const write = (scopes: string) => writeFileSync(config(), `subgraphs:\n  shop: ${entry}\n${scopes}`)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-undescribed-'))
  const asks = (...scopes: string[]) => `@requiresScopes(scopes: [${JSON.stringify(scopes)}])`
  writeFileSync(
    join(folder, 'shop.graphql'),
    `type Query { orders: [Order] ${asks('orders:read')} stock: Int ${asks('orders:read', 'stock:read')} }
     type Order { note: String ${asks('notes:read')} }`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

test('each once, with a place that asks for it, and no failure', async () => {
  write('scopes: { notes:read: read notes }\n')
  const { said, isComplete } = await check({ config: config() })
  expect(isComplete).toBe(true)
  expect(said.split('\n')).toEqual([
    '2 subgraphs checked: nothing fails.',
    expect.stringContaining('warning: Query.orders asks for the scope "orders:read"'),
    expect.stringContaining('warning: Query.stock asks for the scope "stock:read"'),
  ])
  write('scopes: { notes:read: a, orders:read: b, stock:read: { de: c } }\n')
  expect((await check({ config: config() })).said).toContain('nothing to say')
})

test.each([
  ['a text of two lines', 'orders:read: "a\\nb"', 'must be a string of one line'],
  ['no text at all', 'orders:read: {}', 'must be a string of one line'],
  ['a language that there is not', 'orders:read: { fr: x }', 'en, de'],
  ['a name that a scope cannot have', '"a b": x', 'is not a scope'],
  ['what has words of its own', 'offline_access: x', 'has a sentence of its own on the page'],
])('a section is refused: %s', (_, line, problem) => {
  write(`scopes:\n  ${line}\n`)
  const text = `subgraphs:\n  shop: ${entry}\nscopes:\n  ${line}\n`
  expect(() => readSupergraphConfig(text, { variables: { AUTH_URL: 'http://a.invalid' } })).toThrow(
    problem,
  )
  expect(() => readDescribedScopes(config())).toThrow(problem)
})
