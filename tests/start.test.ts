// `npm start` as somebody types it: one process, an embedded database, and a folder that survives kill -9.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { createClient } from './client.ts'
import { freePorts } from './free-ports.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, refreshWith, VERIFY, viewerOf } from './people.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-start-'))
const email = 'ada@example.com'
let env: Record<string, string>
let client: ReturnType<typeof createClient>
let running: { child: ChildProcess; output(): string }
let tokens: { accessToken: string; refreshToken: string }

beforeAll(async () => {
  const [port, auth, reviews, admin] = await freePorts(4)
  env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATA_DIR: dataDir,
    PORT: String(port),
    AUTH_PORT: String(auth),
    REVIEWS_PORT: String(reviews),
    ADMIN_PORT: String(admin),
    PASSWORD_HASH_COST: '10',
  }
  client = createClient(`http://127.0.0.1:${port}`)
  running = await start()
})
afterAll(async () => {
  await end('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

async function start() {
  const child = spawn(
    process.execPath,
    ['--import', './scripts/run-typescript.js', '--conditions=sallyport-source', 'main.ts'],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const printed: string[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const output = () => printed.join('')
  for (let waited = 0; !output().includes('Sallyport is up'); waited += 100) {
    if (child.exitCode !== null || waited > 100_000)
      throw new Error(`it did not start:\n${output()}`)
    await sleep(100)
  }
  return { child, output }
}

async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  const { child } = running
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}

/** The code of the newest mail to this address, as the terminal shows it. */
async function codeFor(address: string, subject = 'is your code'): Promise<string> {
  const line = new RegExp(`mail to ${address}: (\\d{8}) ${subject}`)
  await expect.poll(() => line.exec(running.output())?.[1], { timeout: 30_000 }).toBeDefined()
  return line.exec(running.output())?.[1] ?? ''
}

async function sallyport(...args: string[]): Promise<{ said: string; code: number }> {
  const command = promisify(execFile)(
    process.execPath,
    [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      'scripts/sallyport.ts',
      ...args,
    ],
    { env: { ...env, SALLYPORT_PASSWORD: 'a long enough pass phrase' } },
  )
  return await command.then(
    ({ stdout }) => ({ said: stdout, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => ({
      said: error.stdout + error.stderr,
      code: error.code,
    }),
  )
}

test('the terminal says where the explorer is and how to register, and shows the mailed code', async () => {
  expect(running.output()).toContain(`Explorer   http://localhost:${env.PORT}/graphql`)
  expect(running.output()).toContain('register(input:')
  const begun = await client.send(REGISTER, { input: { email, password: PASSWORD } })
  await expect
    .poll(() => /code: (\d{8})/.exec(running.output())?.[1], { timeout: 30_000 })
    .toBeDefined()
  const code = /code: (\d{8})/.exec(running.output())?.[1] ?? ''
  const verificationId = begun.data.register.verification.id
  const verified = await client.send(VERIFY, { input: { verificationId, code } })
  tokens = verified.data.verifySession.tokens
  expect((await viewerOf(client, tokens.accessToken)).data.viewer.user.email).toBe(email)
  const [mail = ''] = readdirSync(join(dataDir, 'mail'))
  expect(readFileSync(join(dataDir, 'mail', mail), 'utf8')).toContain(code)
})

test('on another port the sample subgraph works too, and a deleted account is gone from it', async () => {
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const added = await client.send(
    'mutation { addReview(input: { productId: "prd_lantern", rating: 5, body: "x" }) { id author { id } } }',
    {},
    headers,
  )
  expect(added.errors).toEqual([])
  const someone = 'charles@example.com'
  const begun = await client.send(REGISTER, { input: { email: someone, password: PASSWORD } })
  const signedIn = await client.send(VERIFY, {
    input: { verificationId: begun.data.register.verification.id, code: await codeFor(someone) },
  })
  const theirs = {
    authorization: `Bearer ${signedIn.data.verifySession.tokens.accessToken}`,
  }
  await client.send(
    'mutation { addReview(input: { productId: "prd_ladder", rating: 1, body: "y" }) { id } }',
    {},
    theirs,
  )
  const deletion = await client.send(
    'mutation { deleteAccount { verification { id } } }',
    {},
    theirs,
  )
  const verificationId = deletion.data.deleteAccount.verification.id
  const code = await codeFor(someone, 'deletes your account')
  const deleted = await client.send(
    'mutation D($input: ConfirmAccountDeletionInput!) { confirmAccountDeletion(input: $input) { receiptId } }',
    { input: { verificationId, code } },
    theirs,
  )
  const { receiptId } = deleted.data.confirmAccountDeletion
  await expect
    .poll(
      async () =>
        (
          await client.send(
            `{ erasureStatus(receiptId: "${receiptId}") { status receipts { subgraph erased } } }`,
          )
        ).data.erasureStatus,
      { timeout: 30_000 },
    )
    .toEqual({
      status: 'COMPLETED',
      receipts: [
        { subgraph: 'auth', erased: 2 },
        { subgraph: 'reviews', erased: 1 },
      ],
    })
})

test('every part answers through the gateway, on whatever ports they are', async () => {
  const query = '{ viewer { kind } products(first: 1) { edges { node { name } } } }'
  const answer = await client.send(query, {}, { authorization: `Bearer ${tokens.accessToken}` })
  expect(answer.errors).toEqual([])
  expect(answer.data.products.edges).toHaveLength(1)
})

test('a person opens what the terminal names: the start page, the explorer, and the link of a mail', async () => {
  const origin = `http://localhost:${env.PORT}`
  const someone = 'grace@example.com'
  const begun = await client.send(REGISTER, { input: { email: someone, password: PASSWORD } })
  const verificationId = begun.data.register.verification.id
  const code = await codeFor(someone)
  await client.send(VERIFY, { input: { verificationId, code } })
  const request = `mutation { requestPasswordReset(input: { email: "${someone}" }) { id } }`
  expect((await client.send(request)).errors).toEqual([])
  const link = await linkFor(someone)
  const chromium = await launchChromium()
  try {
    const page = await chromium.newPage()
    await page.goto(origin)
    await page.locator('a[href="/explorer"]').click()
    await page.getByText('Send Request').locator('visible=true').click()
    const answer = page.locator('app-query-result .cm-content:visible').first()
    await expect.poll(() => answer.textContent(), { timeout: 60_000 }).toMatch(/"(data|errors)"/)
    await page.goto(link)
    await page.getByLabel('New password').fill('three words and a fourth')
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.getByText(`The password is saved. Sign in as ${someone}.`).waitFor()
  } finally {
    await chromium.close()
  }
  const input = { email: someone, password: 'three words and a fourth' }
  const login = await client.send(LOGIN, { input })
  expect(login.data.login.__typename).toBe('VerificationRequired')
}, 180_000)

async function linkFor(address: string): Promise<string> {
  const find = () => {
    const lines = running.output().split('\n')
    const at = lines.findLastIndex((line) => line.includes(`mail to ${address}`))
    return /http\S+\/account\/reset-password#\S+/.exec(lines.slice(at).join('\n'))?.[0]
  }
  await expect.poll(find, { timeout: 30_000 }).toBeDefined()
  return find() ?? ''
}

test('a second start on the same folder is refused, and says who holds it', async () => {
  const [port, auth, reviews, admin] = await freePorts(4)
  const second = await promisify(execFile)(
    process.execPath,
    ['--import', './scripts/run-typescript.js', '--conditions=sallyport-source', 'main.ts'],
    {
      env: {
        ...env,
        PORT: `${port}`,
        AUTH_PORT: `${auth}`,
        REVIEWS_PORT: `${reviews}`,
        ADMIN_PORT: `${admin}`,
      },
    },
  ).catch((error: { stderr: string }) => error)
  expect(second.stderr).toContain(`in use by process ${running.child.pid}`)
})

describe('a part that cannot start says which settings are wrong, and nothing of its code', () => {
  const parts = [
    ['gateway', ['PORT', 'ADMIN_PORT']],
    ['subgraphs/auth', ['AUTH_PORT']],
    ['subgraphs/reviews', ['REVIEWS_PORT']],
  ] as const

  async function fail(part: string, settings: Record<string, string>): Promise<string> {
    const args = [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      `${part}/main.ts`,
    ]
    const other = { ...env, DATA_DIR: otherDir, ...settings }
    const ended = await promisify(execFile)(process.execPath, args, { env: other }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
    expect(ended).toMatchObject({ code: 1, stderr: '' })
    const lines = ended.stdout.trim().split('\n')
    const said = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 60)
    expect(said).toEqual({
      level: 60,
      time: expect.any(Number),
      part: part.replace('subgraphs/', ''),
      msg: expect.any(String),
    })
    return said.msg
  }
  let otherDir: string
  beforeAll(() => {
    otherDir = mkdtempSync(join(tmpdir(), 'sallyport-parts-'))
  })
  afterAll(() => rmSync(otherDir, { recursive: true, force: true }))

  test.each(parts)('%s: every wrong one at once', async (part, [port]) => {
    const said = await fail(part, { [port]: '99999', PUBLIC_URL: 'graph.example.com' })
    expect(said).toContain('cannot start:\n')
    for (const name of [port, 'PUBLIC_URL']) expect(said).toContain(`\n- ${name}: `)
  })

  test.each(parts)('%s: a port that is taken', async (part, ports) => {
    // The running server has all of them.
    const [free] = await freePorts(1)
    for (const name of ports) {
      const others = name === 'ADMIN_PORT' ? { PORT: String(free) } : {}
      expect(await fail(part, others)).toContain(`${name}: ${env[name]} is taken`)
    }
  })
})

test('operator commands go through the running server, and each says what it did', async () => {
  const root = newEmail()
  const admin = await sallyport('create-admin', '--email', root)
  expect(admin).toEqual({
    said: expect.stringContaining(`Created the admin ${root}`),
    code: 0,
  })
  expect((await sallyport('grant-role', '--email', email, '--role', 'moderator')).said).toContain(
    'moderator',
  )
  expect((await sallyport('doctor')).said).toMatch(/PostgreSQL \d+\S* \(embedded\)/)
  expect((await sallyport('verify-audit')).said).toContain('The audit trail is whole')
  const unknown = await sallyport('grant-role', '--email', 'nobody@example.com', '--role', 'x')
  expect(unknown.code).toBe(1)
  expect(unknown.said).toContain('no user')
  for (const command of ['grant-role', 'revoke-role']) {
    const wrong = await sallyport(command, '--email', email, '--role', 'Content Editor')
    expect(wrong.code).toBe(1)
    expect(wrong.said).toMatch(/^--role: a role name has lower-case letters.* as content-editor\n$/)
  }
  expect((await sallyport('no-such-command')).code).toBe(2)
  expect((await sallyport('--help')).said).toContain('create-admin')
})

// util-linux: it runs a command on a terminal of its own.
test('the password of an admin is not shown as it is typed', async () => {
  const typed = newEmail()
  const command = `${process.execPath} --import ./scripts/run-typescript.js --conditions=sallyport-source scripts/sallyport.ts create-admin --email ${typed}`
  const terminal = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { env })
  const shown: string[] = []
  terminal.stdout.on('data', (chunk: Buffer) => shown.push(chunk.toString()))
  await expect.poll(() => shown.join('')).toContain('Password for the admin: ')
  terminal.stdin.write('a long enough pass phrase\r')
  await once(terminal, 'exit')
  expect(shown.join('')).toContain(`Created the admin ${typed}`)
  expect(shown.join('')).not.toContain('pass phrase')
})

test('kill -9 keeps users, sessions and keys: old tokens, refresh tokens and API keys still work', async () => {
  const before = await refreshWith(client, tokens.refreshToken)
  tokens = before.data.refresh.tokens
  const { accessToken, refreshToken } = tokens
  const key = await makeApiKey({ authorization: `Bearer ${accessToken}` })
  await end('SIGKILL')
  running = await start()
  const viewer = await viewerOf(client, accessToken)
  expect(viewer.data.viewer.roles).toEqual(['moderator', 'user'])
  const byKey = await client.send('{ viewer { kind roles } }', {}, key)
  expect(byKey.data.viewer).toEqual({ kind: 'API_KEY', roles: ['user'] })
  expect((await refreshWith(client, refreshToken)).errors).toEqual([])
  const login = await client.send(LOGIN, { input: { email, password: PASSWORD } })
  expect(login.data.login.__typename).toBe('VerificationRequired')
})

async function makeApiKey(headers: Record<string, string>): Promise<Record<string, string>> {
  const codes = () => [...running.output().matchAll(/code: (\d{8})/g)].map(([, code]) => code)
  const before = codes().length
  const made = await client.send(
    'mutation { createApiKey(input: { name: "ci", roles: ["user"] }) { key secret verification { id } } }',
    {},
    headers,
  )
  const { key, secret, verification } = made.data.createApiKey
  await expect.poll(() => codes().length, { timeout: 30_000 }).toBeGreaterThan(before)
  const verified = await client.send(
    'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { status } }',
    { input: { verificationId: verification.id, code: codes().at(-1) } },
    headers,
  )
  expect(verified.data.verifyApiKey.status).toBe('ACTIVE')
  return { 'x-api-key': key, 'x-api-secret': secret }
}

test('SIGTERM ends it by itself', async () => {
  expect(await end('SIGTERM')).toBe(0)
})
