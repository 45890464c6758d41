// The sample subgraph says within seconds that its database answers nothing: whoever probes it waits no longer.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Reviews, startReviews } from '../reviews/start-reviews.ts'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts'

let proxy: DatabaseProxy
let reviews: Reviews

beforeEach(async () => {
  proxy = await startDatabaseProxy()
  reviews = await startReviews({ DATABASE_URL: proxy.url })
})
afterEach(async () => {
  await proxy.cut()
  await proxy.restore()
  await reviews?.[Symbol.asyncDispose]()
  await proxy?.stop()
})

test('with a database that answers nothing reviews is not ready, and is once it answers', async () => {
  const ready = async () =>
    (await fetch(`${reviews.url}/health/ready`, { signal: AbortSignal.timeout(8_000) })).status
  expect(await ready()).toBe(200)
  proxy.muteAt('select 1')
  expect(await ready()).toBe(503)
  await proxy.cut()
  await proxy.restore()
  await expect.poll(ready, { timeout: 30_000 }).toBe(200)
})
