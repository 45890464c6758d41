// The settings of "Documents" in docs/operators.md are read as they stand.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { examplesOf } from './examples.ts'

test('both examples', () => {
  const entry = { routing_url: 'http://127.0.0.1:1/', schema: { file: 'a' } }
  const read = examplesOf('docs/operators.md')
    .filter(({ section, language }) => section === 'Documents' && language === 'yaml')
    .map(({ code }) => {
      const text = JSON.stringify({ subgraphs: { auth: entry }, ...parse(code) })
      return readSupergraphConfig(text, { variables: {} }).documents
    })
  expect(read).toEqual([
    { mode: 'audit', manifest: 'trusted-documents.json', automatic: null },
    { mode: 'off', manifest: null, automatic: { max: 2000, ttlSeconds: 86_400 } },
  ])
})
