// `npm start` in every setting that the documentation names: it comes up, says how far it is, and answers.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { migrateReviews } from '../migrations/reviews/index.ts'
import { openEmbedded } from '../platform/embedded/open.ts'
import { freePort, freePorts } from './free-ports.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-settings-'))
const tls = (name: string) => join(import.meta.dirname, 'gateway', 'tls', name)
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

type Settings = Record<string, string>

async function settings(own: Settings): Promise<Settings> {
  const [port, auth, reviews, admin] = await freePorts(4)
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATA_DIR: join(dataDir, 'data'),
    PORT: String(port),
    AUTH_PORT: String(auth),
    REVIEWS_PORT: String(reviews),
    ADMIN_PORT: String(admin),
    PASSWORD_HASH_COST: '10',
    ...own,
  }
}

function spawnStart(env: Settings) {
  const args = [
    '--import',
    './scripts/run-typescript.js',
    '--conditions=sallyport-source',
    'main.ts',
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  return { child, output: () => printed.join('') }
}

async function start(env: Settings) {
  const started = spawnStart(env)
  for (let waited = 0; !/Sallyport is up|everything is up/.test(started.output()); waited += 100) {
    if (started.child.exitCode !== null || waited > 100_000)
      throw new Error(`it did not start:\n${started.output()}`)
    await sleep(100)
  }
  return {
    ...started,
    end: async () => {
      started.child.kill('SIGTERM')
      if (started.child.exitCode === null) await once(started.child, 'exit')
      return started.child.exitCode
    },
  }
}

/** Of auth and of reviews, so that both have taken the gateway's identity token. */
function ask(
  origin: string,
  headers: Settings = {},
): Promise<{ data?: unknown; errors?: unknown }> {
  const send = origin.startsWith('https') ? httpsRequest : httpRequest
  const body = JSON.stringify({
    query:
      '{ products(first: 1) { edges { node { name } } } erasureStatus(receiptId: "x") { status } }',
  })
  return new Promise((resolve, reject) => {
    const outgoing = send(
      `${origin}/graphql`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(origin.startsWith('https') ? { ca: readFileSync(tls('localhost.crt')) } : {}),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const answered = {
  data: { products: { edges: [{ node: { name: expect.any(String) } }] }, erasureStatus: null },
}

test.each<[string, Settings, (env: Settings) => string]>([
  [
    'TLS of its own',
    { TLS_CERT_FILE: tls('localhost.crt'), TLS_KEY_FILE: tls('localhost.key') },
    ({ PORT }) => `https://localhost:${PORT}`,
  ],
  ['an IPv6 HOST', { HOST: '::1' }, ({ PORT }) => `http://[::1]:${PORT}`],
  [
    'a PUBLIC_URL that leads elsewhere',
    { PUBLIC_URL: 'https://graph.example.com' },
    ({ PORT }) => `http://127.0.0.1:${PORT}`,
  ],
  [
    'programs that read its lines',
    { NODE_ENV: 'test', LOG_LEVEL: 'info' },
    ({ PORT }) => `http://127.0.0.1:${PORT}`,
  ],
])(
  'comes up with %s',
  async (_, own, originOf) => {
    const env = await settings(own)
    const started = await start(env)
    if (env.NODE_ENV === 'test') expectJsonLines(started.output())
    expect(await ask(originOf(env))).toEqual(answered)
    // One database for both, which the second start finds.
    expect(existsSync(join(env.DATA_DIR ?? '', 'reviews'))).toBe(false)
    expect(await started.end()).toBe(0)
  },
  180_000,
)

describe('in production', () => {
  const production = async (own: Settings) =>
    await settings({
      DATA_DIR: join(dataDir, 'production'),
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://graph.example.com',
      SMTP_URL: 'smtps://mail.example.com',
      MAIL_FROM: 'no-reply@example.com',
      TRUSTED_PROXIES: '127.0.0.1',
      ...documentedSecrets(),
      ...own,
    })

  test('the embedded database has to be asked for; then it starts with the documented secrets, and makes none', async () => {
    const refused = spawnStart(await production({}))
    await once(refused.child, 'close')
    expect(refused.child.exitCode).toBe(1)
    expect(refused.output()).toMatch(/DATABASE_URL: missing.*EMBEDDED_DATABASE=allow/)
    const env = await production({ EMBEDDED_DATABASE: 'allow' })
    for (const _ of ['first', 'again']) {
      const started = await start(env)
      const origin = `http://127.0.0.1:${env.PORT}`
      expect(await ask(origin, { 'x-forwarded-proto': 'https' })).toEqual(answered)
      expect(await started.end()).toBe(0)
    }
    // Neither keys, secrets nor caught mail.
    expect(readdirSync(env.DATA_DIR ?? '')).toEqual(['auth'])
  }, 300_000)
})

/** What the commands of docs/operators.md, "Secrets", print. */
function documentedSecrets(): Settings {
  const section = readFileSync('docs/operators.md', 'utf8')
    .split(/^##+ /m)
    .find((part) => part.startsWith('Secrets\n'))
  const [versioned = '', identityKeys = ''] = [
    ...(section ?? '').matchAll(/```sh\n([\s\S]*?)```/g),
  ].map(([, command = '']) => execFileSync('sh', ['-c', command], { encoding: 'utf8' }))
  const lines = versioned.trim().split('\n')
  const secrets = lines.map((line) => {
    const [name = '', value = ''] = line.split(/=(.*)/s)
    return [name, value]
  })
  return { ...Object.fromEntries(secrets), IDENTITY_KEYS: identityKeys.trim() }
}

test('a DATA_DIR that has a database for each part is used as it is', async () => {
  const env = await settings({ DATA_DIR: join(dataDir, 'two') })
  const before = await openEmbedded({ folder: join(dataDir, 'two', 'reviews') })
  const reviews = before.ownerIn('reviews')
  await migrateReviews(reviews)
  await reviews('products').update({ name: 'Kept' })
  await before.stop()
  const { output } = await start(env)
  expect(output()).toContain('is from before there was one database for both')
  expect(await ask(`http://127.0.0.1:${env.PORT}`)).toMatchObject({
    data: { products: { edges: [{ node: { name: 'Kept' } }] } },
  })
}, 180_000)

function expectJsonLines(output: string): void {
  for (const line of output.trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), part: expect.any(String) })
}

test('says at once that it starts, and then what it does', async () => {
  const env = await settings({})
  const { child, output } = spawnStart(env)
  await expect.poll(output, { timeout: 30_000 }).toContain('Sallyport is starting.')
  await expect.poll(output, { timeout: 60_000 }).toContain('Sallyport is up')
  const steps = ['loading the parts', 'opening the database', 'starting auth', 'loading the graph']
  const places = steps.map((step) => output().indexOf(step))
  expect(places.every((place) => place > 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  child.kill('SIGKILL')
  await once(child, 'close')
}, 150_000)

test('a port that is taken is named, whichever it is, and nothing stays half up', async () => {
  const taken = createServer()
  const port = await freePort()
  await once(taken.listen(port, '127.0.0.1'), 'listening')
  try {
    for (const name of ['PORT', 'ADMIN_PORT', 'AUTH_PORT', 'REVIEWS_PORT']) {
      const { child, output } = spawnStart(await settings({ [name]: String(port) }))
      await once(child, 'close')
      expect(output()).toContain(
        `${name}: ${port} is taken by another process. End it, or set ${name}`,
      )
      expect(child.exitCode).toBe(1)
    }
  } finally {
    taken.close()
  }
}, 150_000)

test('a port that two settings have is named with both of them', async () => {
  const env = await settings({})
  const { child, output } = spawnStart({ ...env, PORT: env.AUTH_PORT ?? '' })
  await once(child, 'close')
  expect(output()).toContain(
    `PORT and AUTH_PORT are both ${env.AUTH_PORT}. Set one of them to another port.`,
  )
  expect(child.exitCode).toBe(1)
}, 60_000)
