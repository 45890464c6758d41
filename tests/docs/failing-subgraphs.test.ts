// The settings of "When a subgraph fails" in docs/operators.md are read as they stand, and are the defaults that it says.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { defaultEndurance } from '../../gateway/subgraph/endurance.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { examplesOf } from './examples.ts'

const examples = examplesOf('docs/operators.md')
  .filter(({ section, language }) => section === 'When a subgraph fails' && language === 'yaml')
  .map(({ code }) => parse(code) as Record<string, unknown>)

function read(settings: Readonly<Record<string, unknown>>) {
  const entry = { routing_url: 'http://127.0.0.1:1/', schema: { file: 'a' } }
  const subgraphs = { auth: entry, orders: { ...entry, ...settings } }
  return readSupergraphConfig(JSON.stringify({ subgraphs }), { variables: {} }).subgraphs[1]
}

test('the defaults are those of the page', () => {
  const documented = read(examples[0] ?? {})
  expect(documented?.endurance).toEqual(defaultEndurance)
  expect(documented?.endurance).toEqual(read({})?.endurance)
  expect(documented?.timeoutMs).toBe(read({})?.timeoutMs)
})

test('several addresses are taken as they are written there', () => {
  expect(read(examples[1] ?? {})?.urls).toEqual(['http://10.0.0.4:4003/', 'http://10.0.0.5:4003/'])
  expect(read({ routing_url: 'dns+srv://_graphql._tcp.orders.svc/graphql' })?.urls).toHaveLength(1)
})

test.each([
  [{ routing_url: [] }, 'routing_url'],
  [{ routing_url: ['http://a/x', 'http://a/x'] }, 'twice'],
  [{ routing_url: ['http://a/x', 'http://b/y'] }, 'same path'],
  [{ routing_url: ['http://a/x', 'ftp://b/x'] }, 'routing_url'],
  [{ retries: { attempts: 9 } }, 'retries.attempts'],
  [{ retries: { budget: 1 } }, 'budget'],
  [{ breaker: { failures: -1 } }, 'breaker.failures'],
  [{ breaker: { openMs: 1 } }, 'breaker.openMs'],
  [{ concurrency: 0 }, 'concurrency'],
])('%j is refused, and the problem named', (settings, named) => {
  expect(() => read(settings)).toThrow(named)
})
