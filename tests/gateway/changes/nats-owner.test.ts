// Somebody who owns NATS and leaves questions open makes no gateway wait for ever; what is over leaves the bucket.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBucket } from '../../../gateway/changes/bucket.ts'
import { startNatsAlone } from '../../nats-alone.ts'

let nats: Awaited<ReturnType<typeof startNatsAlone>>
beforeAll(async () => {
  nats = await startNatsAlone()
})
afterAll(() => nats.stop())

const bytes = (text: string) => Buffer.from(text)

test('what is taken out is gone without a trace, and what was written meanwhile stays', async () => {
  const connection = await connect({ servers: nats.url })
  const bucket = createBucket({ connection: () => connection })
  await bucket.put('announced.orders.one', bytes('before'))
  await bucket.put('announced.orders.other', bytes('before'))
  await bucket.put('announced.orders.other', bytes('since'))
  await bucket.forget('announced.orders.one', bytes('before'))
  await bucket.forget('announced.orders.other', bytes('before'))
  await bucket.forget('announced.orders.nothing', bytes('before'))
  expect(await bucket.keys('announced', 10)).toEqual(['announced.orders.other'])
  expect(await bucket.get('announced.orders.one')).toBe(null)
  expect(Buffer.from((await bucket.get('announced.orders.other')) ?? []).toString()).toBe('since')
  await connection.close()
})

test('keys that are announced and never sent are not waited for', async () => {
  const own = await connect({ servers: nats.url })
  await createBucket({ connection: () => own }).put('usage.one', bytes('text'))
  await using proxy = await startWithholding(nats.url)
  const connection = await connect({ servers: proxy.url, reconnect: false })
  const bucket = createBucket({ connection: () => connection }, { patienceMs: 300 })
  const startedAt = performance.now()
  // In what form the question ends does not matter: that it does.
  await bucket.keys('usage', 10).catch(() => [])
  await bucket.get('usage.one').catch(() => null)
  expect(proxy.hasWithheld()).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(15_000)
  await connection.close().catch(() => undefined)
  await own.close()
})

/** Passes everything on to a gateway until the first value of the bucket would come, and nothing from then on. */
async function startWithholding(url: string) {
  let hasWithheld = false
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const upstream = connectSocket(Number(new URL(url).port), '127.0.0.1')
    sockets.push(client, upstream)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.pipe(upstream)
    upstream.on('data', (data: Buffer) => {
      hasWithheld ||= data.includes('MSG $KV.')
      if (!hasWithheld) client.write(data)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hasWithheld: () => hasWithheld,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
