// What the image has is enough: gateway and auth start from it on PostgreSQL, with everything that is loaded late, and write nothing.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, createClient, type GraphqlClient } from '../client.ts'
import { freePorts } from '../free-ports.ts'
import { logIn, refreshWith, registerPerson, VIEWER } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import { filesOf, type ImageTree, makeImageTree } from './image-tree.ts'
import { type NatsServer, startNatsServer } from './nats-server.ts'
import { startPart, waitUntilReady } from './processes.ts'
import { type RedisServer, startRedis } from './redis.ts'

/** Of modules and code together, as they lie on a disk. Today's numbers: tests/bench/results. */
const LARGEST_BYTES = 150 * 1024 * 1024

let image: ImageTree
let before: ReturnType<typeof filesOf>
let nats: NatsServer
let redis: RedisServer
let deployment: Deployment

beforeAll(async () => {
  image = await makeImageTree()
  before = filesOf(image.root)
  ;[nats, redis] = await Promise.all([startNatsServer(), startRedis()])
  deployment = await startDeployment({
    pairs: 1,
    tree: { folder: image.root, isBuilt: true },
    env: {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://graph.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
      NATS_URL: nats.urlOf('auth'),
      REDIS_URL: redis.url,
      // Nobody listens there; what sends spans is loaded all the same.
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    },
  })
}, 300_000)
afterAll(async () => {
  await deployment?.stop()
  await nats?.drop()
  await redis?.stop()
  image?.remove()
})

/** As the proxy in front says it. */
function throughProxy(client: GraphqlClient): GraphqlClient {
  return {
    url: client.url,
    send: (query, variables, headers) =>
      client.send(query, variables, { ...headers, 'x-forwarded-proto': 'https' }),
  }
}

test('modules and code take no more than 150 MB', () => {
  const bytes = [...before.values()].reduce((sum, file) => sum + file.bytes, 0)
  console.log(`the image's /app: ${Math.round(bytes / 1024)} KiB`)
  expect(bytes).toBeLessThan(LARGEST_BYTES)
  expect(bytes).toBeGreaterThan(20 * 1024 * 1024)
})

test('somebody registers, logs in, reads and refreshes', async () => {
  const client = throughProxy(deployment.client(0))
  const person = await registerPerson({ client, mailbox: deployment.mailbox })
  const again = await logIn(client, person)
  const read = await client.send(VIEWER, {}, bearer(again.accessToken))
  expect(read.data.viewer.user.email).toBe(person.email)
  expect((await refreshWith(client, again.refreshToken)).errors).toEqual([])
})

test('so does a gateway with the other engine and the other planner', async () => {
  const [port = 0, admin = 0] = await freePorts(2)
  const env = {
    ...deployment.env,
    PORT: String(port),
    ADMIN_PORT: String(admin),
    AUTH_URL: `${deployment.auth(0).url}/graphql`,
    ENGINE: 'stock',
    PLANNER: 'apollo',
  }
  const stock = await startPart('gateway', env, port, { folder: image.root, isBuilt: true })
  try {
    await waitUntilReady(stock.url)
    const answer = await throughProxy(createClient(stock.url)).send('{ viewer { kind } }')
    expect(answer.errors).toEqual([])
  } finally {
    await stock.end('SIGKILL')
  }
})

test.each([
  [['doctor'], 'database: PostgreSQL'],
  [['verify-audit'], 'is whole'],
  [['auth-sdl'], 'type Query'],
  [['check'], 'subgraphs checked'],
  [['access', 'matrix'], 'Query.viewer'],
  [['mail', 'preview', '--template', 'new-device'], 'Sallyport'],
])('the command %j works', async (args, said) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['dist/scripts/sallyport.js', ...args],
    {
      cwd: image.root,
      env: { PATH: process.env.PATH ?? '', ...deployment.env },
      maxBuffer: 16 * 1024 * 1024,
    },
  )
  expect(stdout).toContain(said)
})

test('nothing of it was written to: a read-only file system is enough', () => {
  expect([...filesOf(image.root)]).toEqual([...before])
})
