// The GraphQL-over-HTTP audit of its working group (npm graphql-http), against the whole gateway.
import { auditServer } from 'graphql-http'
import { expect, test } from 'vitest'
import { startGateway } from './start-gateway.ts'

test('every required check of the audit passes', async () => {
  await using stack = await startGateway()
  const results = await auditServer({
    url: stack.endpoint,
    // A GET without it is refused: see csrf.test.ts.
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, 'apollo-require-preflight': 'audit' } }),
  })
  const failed = results.filter(({ status }) => status === 'error')
  expect(failed.map(({ name }) => name)).toEqual([])
  expect(results.length).toBeGreaterThan(50)
  const warned = results.filter(({ status }) => status === 'warn')
  // The table of errors says 400 whatever the client accepts: one meaning, one status.
  expect(warned.map(({ name }) => name)).toEqual([
    'SHOULD use 200 status code on document parsing failure when accepting application/json',
    'SHOULD use 200 status code on document validation failure when accepting application/json',
    'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
  ])
})
