// A graph that changes under load: 100,000 requests over 20 swaps on two gateways that share NATS, while instances of a subgraph come,
// leave and are killed. None fails, none sees half of two graphs, and 200 swaps leave nothing behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GraphStatus } from '../../gateway/changes/status.ts'
import { freePorts } from '../free-ports.ts'
import {
  ASKED_AT,
  createAnnounced,
  type Instance,
} from '../gateway/announcements/announced-subgraph.ts'
import { authSdl, startAuthPeer } from '../gateway/auth-peer.ts'
import { SHOP, type Sources, startSources, yamlOf } from '../gateway/changes/changing-graph.ts'
import { startNatsAlone } from '../nats-alone.ts'

const REQUESTS = Number(process.env.GRAPH_REQUESTS || 100_000)
const SWAPS = Number(process.env.GRAPH_SWAPS || 20)
const LEAK_SWAPS = Number(process.env.GRAPH_LEAK_SWAPS || 200)
const CLIENTS = 4

interface Running {
  readonly child: ChildProcess
  readonly folder: string
  readonly url: string
  readonly adminUrl: string
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-changing-'))
const gateways: Running[] = []
let nats: Awaited<ReturnType<typeof startNatsAlone>>
let auth: Awaited<ReturnType<typeof startAuthPeer>>
let sources: Sources
let orders: Awaited<ReturnType<typeof createAnnounced>>
let publicUrl = ''
let token: () => Promise<string>

beforeAll(async () => {
  nats = await startNatsAlone()
  sources = await startSources()
  orders = await createAnnounced()
  const keys = { keys: [await generateIdentityKey()] }
  const ports = await freePorts(4)
  publicUrl = `http://127.0.0.1:${ports[0]}`
  auth = await startAuthPeer({
    issuer: publicUrl,
    jwksUrl: `${publicUrl}/.well-known/identity-jwks.json`,
  })
  const signer = await createIdentitySigner({ keys, issuer: publicUrl })
  token = () => signer.sign('gateway', { kind: 'gateway' })
  for (const at of [0, 1]) {
    const own = join(folder, `gateway-${at}`)
    rmSync(own, { recursive: true, force: true })
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'auth.graphql'), authSdl)
    writeFileSync(join(own, 'shop.graphql'), shopOf(0))
    const yaml = yamlOf(sources).replace('subgraphs:', `subgraphs:\n  ${orders.entry}`)
    writeFileSync(join(own, 'supergraph.yaml'), yaml)
    gateways.push(
      start(own, {
        PORT: String(ports[at]),
        ADMIN_PORT: String(ports[at + 2]),
        PUBLIC_URL: publicUrl,
        AUTH_URL: auth.url,
        IDENTITY_KEYS: JSON.stringify(keys),
        GATEWAY_NATS_URL: nats.url,
      }),
    )
  }
  await Promise.all(gateways.map(untilReady))
})
afterAll(async () => {
  for (const { child } of gateways) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await auth?.stop()
  await sources?.stop()
  await nats?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Of each version one field more, so that no client breaks. */
function shopOf(version: number): string {
  const fields = Array.from({ length: version }, (_, at) => `v${at + 1}: Int @public `)
  return SHOP.replace('name: String', `${fields.join('')}name: String`)
}

let version = 0

function start(own: string, settings: Readonly<Record<string, string>>): Running {
  const child = spawn(
    process.execPath,
    ['--conditions=sallyport-source', '--import', './scripts/run-typescript.js', 'gateway/main.ts'],
    {
      env: {
        PATH: process.env.PATH ?? '',
        SUPERGRAPH_CONFIG: join(own, 'supergraph.yaml'),
        GRAPH_DIR: join(own, 'kept'),
        DATA_DIR: own,
        GRAPH_POLL_SECONDS: '1',
        LOG_LEVEL: 'warn',
        ...settings,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const at = (port: string | undefined) => `http://127.0.0.1:${port}`
  return { child, folder: own, url: at(settings.PORT), adminUrl: at(settings.ADMIN_PORT) }
}

async function untilReady({ url, child }: Running): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error('a gateway has ended')
    const status = await fetch(`${url}/health/ready`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return
    await sleep(200)
  }
  throw new Error('a gateway does not get ready')
}

async function ask({ url }: Running, query: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [ASKED_AT]: url },
    body: JSON.stringify({ query }),
  })
  return `${response.status} ${await response.text()}`
}

async function statusOf({ adminUrl }: Running): Promise<GraphStatus> {
  const headers = { authorization: `Bearer ${await token()}` }
  return (await (await fetch(`${adminUrl}/graph`, { headers })).json()) as GraphStatus
}

/** The next version, served by all. */
async function swap(running: readonly Running[] = gateways): Promise<void> {
  version += 1
  for (const one of running) writeFileSync(join(one.folder, 'shop.graphql'), shopOf(version))
  for (const one of running) {
    for (let tries = 0; ; tries += 1) {
      const { versions, held } = await statusOf(one)
      if (versions.some(({ changes }) => changes.includes(`adds Product.v${version}`))) break
      if (tries > 300) throw new Error(`version ${version} is not served: ${JSON.stringify(held)}`)
      await sleep(200)
    }
  }
}

async function metric({ adminUrl }: Running, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(pattern.exec(text)?.[1] ?? Number.NaN)
}

/** Each gateway has heard of it, and asks it. */
async function untilAsked(instance: Instance): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answers = await Promise.all(gateways.map((one) => ask(one, '{ orders }')))
    const isServed = answers.every((answer) => answer.startsWith('200 {"data"'))
    if (isServed && gateways.every(({ url }) => instance.askedAt(url) > 3)) return
    await sleep(100)
  }
  throw new Error('an instance that has announced itself is not asked')
}

/** One comes, and the one before it leaves or is killed without a word, again and again: there is always one. @returns how many came */
async function comeAndGo(isOver: () => boolean, first: Instance): Promise<number> {
  let current = first
  let count = 0
  for (; !isOver(); count += 1) {
    const at = gateways[count % gateways.length]
    const next = await orders.come({ audience: publicUrl, gateway: at?.adminUrl ?? '' })
    await untilAsked(next)
    if (count % 2 === 0) {
      await current.leave()
      // Until the other gateway has heard of it, two looks later.
      await sleep(3000)
    }
    await current.kill()
    current = next
  }
  await current.kill()
  return count
}

test(`${REQUESTS} requests over ${SWAPS} swaps on two gateways, while a subgraph comes and goes: none fails, and none sees half of two graphs`, async () => {
  const first = await orders.come({ audience: publicUrl, gateway: gateways[0]?.adminUrl ?? '' })
  await untilAsked(first)
  const seen = new Map<string, number>()
  let sent = 0
  let isOver = false
  const client = async (one: Running) => {
    while (!isOver || sent < REQUESTS) {
      sent += 1
      const answer = await ask(one, '{ product { id name } sale orders }')
      seen.set(answer, (seen.get(answer) ?? 0) + 1)
    }
  }
  const clients = gateways.flatMap((one) => Array.from({ length: CLIENTS }, () => client(one)))
  const coming = comeAndGo(() => isOver && sent >= REQUESTS, first)
  for (let count = 0; count < SWAPS; count += 1) await swap()
  isOver = true
  await Promise.all(clients)
  const came = await coming
  console.log(`${sent} requests, and ${came} instances came and went`)
  expect([...seen.keys()]).toEqual([
    '200 {"data":{"product":{"id":"1","name":"chair"},"sale":"now","orders":"three"}}',
  ])
  expect(came).toBeGreaterThan(0)
  const [one, other] = await Promise.all(gateways.map(statusOf))
  expect(one?.version?.id).toBe(other?.version?.id)
})

test(`${LEAK_SWAPS} swaps leave nothing behind`, async () => {
  const [one] = gateways
  if (one === undefined) throw new Error('there is no gateway')
  const leastHeap = async () => {
    let least = Number.POSITIVE_INFINITY
    for (let look = 0; look < 40; look += 1) {
      await ask(one, '{ product { id name } }')
      least = Math.min(least, await metric(one, /^nodejs_heap_size_used_bytes (\d+)/m))
      await sleep(100)
    }
    return least
  }
  const half = Math.floor(LEAK_SWAPS / 2)
  for (let count = 0; count < half; count += 1) await swap([one])
  const middle = await leastHeap()
  for (let count = 0; count < half; count += 1) await swap([one])
  const end = await leastHeap()
  console.log(`heap: ${(middle / 1e6).toFixed(1)} MB, then ${(end / 1e6).toFixed(1)} MB`)
  expect(end).toBeLessThan(middle * 1.1 + 5e6)
})
