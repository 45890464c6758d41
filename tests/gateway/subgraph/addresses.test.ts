// Subgraphs behind names: instances come and go while the gateway runs. A name server of our own, over UDP, on real sockets.
import { Resolver } from 'node:dns/promises'
import { describe, expect, test, vi } from 'vitest'
import { createAddresses } from '../../../gateway/subgraph/addresses.ts'
import { systemNames } from '../../../gateway/subgraph/resolve.ts'
import { startNameServer } from './name-server.ts'
import { answerData, connectTo, startSubgraphServer } from './subgraph-server.ts'

const LOOKUP_MS = 20

/** Asks that server for services, and knows hosts by a list. */
function namesBy(serverPort: number, hosts: Record<string, readonly string[]>) {
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([`127.0.0.1:${serverPort}`])
  return {
    resolveSrv: (name: string) => resolver.resolveSrv(name),
    lookup: async (host: string) => {
      const found = hosts[host]
      if (found === undefined) throw new Error(`no such host ${host}`)
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}

const unlogged = { warn: () => undefined }

describe('dns+srv://', () => {
  test('asks the service for its instances, and follows them as they change', async () => {
    await using one = await startSubgraphServer()
    await using two = await startSubgraphServer()
    await using dns = await startNameServer()
    dns.srv('_graphql._tcp.shop.test', [{ host: 'localhost', port: one.port }])
    await using shop = connectTo(
      'dns+srv://_graphql._tcp.shop.test/graphql',
      {},
      { ...systemNames(), ...namesBy(dns.port, {}) },
    )
    for (let turn = 0; turn < 5; turn += 1) expect((await shop.ask()).data).toEqual({ a: 1 })
    expect([one.count, two.count]).toEqual([5, 0])
  })

  test('a new answer of the name service moves the traffic, and what was there before gets none', async () => {
    await using one = await startSubgraphServer()
    await using two = await startSubgraphServer()
    await using dns = await startNameServer()
    dns.srv('_graphql._tcp.shop.test', [{ host: 'localhost', port: one.port }])
    const addresses = createAddresses({
      subgraph: 'shop',
      urls: ['dns+srv://_graphql._tcp.shop.test/graphql'],
      connections: 2,
      names: namesBy(dns.port, {}),
      logger: unlogged,
      lookupMs: LOOKUP_MS,
    })
    await addresses.ready
    const before = addresses.pick([])?.pool
    expect(before).toBeDefined()
    dns.srv('_graphql._tcp.shop.test', [{ host: 'localhost', port: two.port }])
    await vi.waitFor(() => expect(addresses.pick([])?.pool).not.toBe(before), 30_000)
    await addresses.stop()
  })

  test('the lowest priority is asked, and by weight (RFC 2782)', async () => {
    await using first = await startSubgraphServer()
    await using second = await startSubgraphServer()
    await using spare = await startSubgraphServer()
    await using dns = await startNameServer()
    dns.srv('_graphql._tcp.shop.test', [
      { host: 'localhost', port: first.port, priority: 1, weight: 90 },
      { host: 'localhost', port: second.port, priority: 1, weight: 10 },
      { host: 'localhost', port: spare.port, priority: 2, weight: 100 },
    ])
    await using shop = connectTo(
      'dns+srv://_graphql._tcp.shop.test/graphql',
      {},
      namesBy(dns.port, {}),
    )
    for (let turn = 0; turn < 200; turn += 1) await shop.ask()
    expect(spare.count).toBe(0)
    expect(first.count).toBeGreaterThan(3 * second.count)
  })

  test('a spare one is asked while those before it are away', async () => {
    await using spare = await startSubgraphServer()
    await using dns = await startNameServer()
    dns.srv('_graphql._tcp.shop.test', [
      { host: 'localhost', port: 1, priority: 1 },
      { host: 'localhost', port: spare.port, priority: 2 },
    ])
    await using shop = connectTo(
      'dns+srv://_graphql._tcp.shop.test/graphql',
      {},
      namesBy(dns.port, {}),
    )
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await shop.ask({ mayRepeat: false })).data).toEqual({ a: 1 })
    }
    expect(spare.count).toBe(10)
  })

  test('a name service that fails leaves what was known', async () => {
    await using one = await startSubgraphServer()
    const dns = await startNameServer()
    dns.srv('_graphql._tcp.shop.test', [{ host: 'localhost', port: one.port }])
    const warned: unknown[] = []
    const addresses = createAddresses({
      subgraph: 'shop',
      urls: ['dns+srv://_graphql._tcp.shop.test/graphql'],
      connections: 2,
      names: namesBy(dns.port, {}),
      logger: { warn: (...line: unknown[]) => void warned.push(line) },
      lookupMs: LOOKUP_MS,
    })
    await addresses.ready
    const before = addresses.pick([])
    await dns[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(warned.length).toBeGreaterThan(1), 30_000)
    expect(addresses.pick([])).toBe(before)
    await addresses.stop()
  })

  test('without any address it is unavailable, and the log says why', async () => {
    await using dns = await startNameServer()
    await using shop = connectTo(
      'dns+srv://_graphql._tcp.nowhere.test/graphql',
      {},
      namesBy(dns.port, {}),
    )
    expect((await shop.ask()).errors).toMatchObject([
      { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
    ])
    expect(JSON.stringify(shop.logged)).toContain('cannot be looked up')
  })
})

describe('a host with several addresses', () => {
  test('is asked at each of them, and one that refuses is passed over', async () => {
    await using server = await startSubgraphServer(answerData)
    // 127.0.0.2 is this machine too, and nothing listens there.
    const names = namesBy(1, { 'shop.test': ['127.0.0.2', '127.0.0.1'] })
    const addresses = createAddresses({
      subgraph: 'shop',
      urls: [`http://shop.test:${server.port}/graphql`],
      connections: 2,
      names,
      logger: unlogged,
      lookupMs: LOOKUP_MS,
    })
    const one = await vi.waitFor(() => {
      const picked = addresses.pick([])
      if (picked === null) throw new Error('none yet')
      const other = addresses.pick([picked])
      expect(other).not.toBeNull()
      return picked
    }, 30_000)
    one.fail()
    const after = Array.from({ length: 50 }, () => addresses.pick([]))
    expect(after).not.toContain(one)
    await addresses.stop()
  })

  test('the first family alone is asked: the system knows which it can reach', async () => {
    const names = namesBy(1, { 'shop.test': ['127.0.0.1', '::1'] })
    const addresses = createAddresses({
      subgraph: 'shop',
      urls: ['http://shop.test:1/graphql'],
      connections: 2,
      names,
      logger: unlogged,
      lookupMs: LOOKUP_MS,
    })
    await new Promise((resolve) => setTimeout(resolve, 0))
    const picked = addresses.pick([])
    expect(picked && addresses.pick([picked])).toBeNull()
    await addresses.stop()
  })
})
