// The examples of rate limits are read as they stand in the docs.
import { parse as parseGraphql } from 'graphql'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readRateLimits } from '../../gateway/rate-limits/directive.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { composeFixture } from '../gateway/graph-fixture.ts'
import { example } from './examples.ts'

test('limits: of operators.md', () => {
  const documented = parse(example('docs/operators.md', 'Rate limits', 'yaml').code)
  const entry = { routing_url: 'http://127.0.0.1:1/', schema: { file: 'a' } }
  const text = JSON.stringify({ subgraphs: { auth: entry }, ...documented })
  const { limits } = readSupergraphConfig(text, { variables: {} })
  expect(limits.map(({ by, field }) => field ?? by)).toEqual([
    'address',
    'principal',
    'key',
    'Mutation.register',
  ])
})

test('@rateLimit of subgraphs.md composes, and is two limits', () => {
  const { code } = example('docs/subgraphs.md', 'How often', 'graphql')
  const composed = composeFixture({ auth: { header: '', sdl: code } }, [])
  expect(readRateLimits(parseGraphql(composed))).toEqual([
    { field: 'Query.search', by: 'principal', max: 30, windowSeconds: 60 },
    { field: 'Query.search', by: 'address', max: 100, windowSeconds: 60 },
  ])
})
