// AUTH_ADMIN_PORT: monitors read metrics where gateways do not ask, and the port of gateways has none.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ env: { AUTH_ADMIN_PORT: '0' } })
})
afterAll(async () => {
  await stack?.stop()
})
const auth = () => {
  const [first] = stack.auths
  if (first === undefined) throw new Error('a stack has one auth at least')
  return first
}
const statusOf = async (url: string, method = 'GET') => (await fetch(url, { method })).status

test('metrics and health are on the admin listener, and nothing of the graph is', async () => {
  const { adminUrl, url } = auth()
  expect(adminUrl).not.toBe(url)
  const metrics = await fetch(`${adminUrl}/metrics`)
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=/)
  expect(await metrics.text()).toContain('\nsallyport_events_waiting 0\n')
  for (const path of ['/metrics', '/health/live', '/health/ready'])
    expect([path, await statusOf(`${adminUrl}${path}`, 'HEAD')]).toEqual([path, 200])
  for (const path of ['/', '/graphql', '/internal/revocations', '/.well-known/jwks.json'])
    expect([path, await statusOf(`${adminUrl}${path}`)]).toEqual([path, 404])
  expect(await statusOf(`${adminUrl}/graphql`, 'POST')).toBe(404)
})

test('the port of gateways has health, and no metrics', async () => {
  expect(await statusOf(`${auth().url}/metrics`)).toBe(404)
  expect(await statusOf(`${auth().url}/health/ready`)).toBe(200)
})

test('where nobody takes events they wait, and none of them is late: no alarm is for that', async () => {
  await registerPerson(stack)
  await stack.db('outbox_events').update({ opened_at: stack.db.raw(`now() - interval '1 hour'`) })
  const metrics = await (await fetch(`${auth().adminUrl}/metrics`)).text()
  expect(metrics).toMatch(/\nsallyport_events_waiting [1-9]/)
  expect(metrics).toContain('\nsallyport_events_oldest_seconds 0\n')
})

test('what goes wrong is told there without a word of why', async () => {
  await stack.db.schema.renameTable('outbox_events', 'events_away')
  try {
    const answer = await fetch(`${auth().adminUrl}/metrics`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/outbox_events|relation/)
  } finally {
    await stack.db.schema.renameTable('events_away', 'outbox_events')
  }
})
