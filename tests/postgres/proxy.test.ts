// The proxies of docs/proxies.md, as they stand there, in a real nginx and a real HAProxy: a login with as much in its cookies as can
// be gets through, and the gateway knows who the client is.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { createClient, type GraphqlAnswer } from '../client.ts'
import { example } from '../docs/examples.ts'
import { freePorts } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-proxy-'))
const LOCATION = example('docs/proxies.md', 'nginx', 'nginx').code
const HAPROXY = example('docs/proxies.md', 'HAProxy', 'haproxy').code
const running: ChildProcess[] = []
let stack: Stack
let person: Person

beforeAll(async () => {
  stack = await startStack({
    env: {
      TRUSTED_PROXIES: '127.0.0.1',
      SESSION_VERIFICATION: 'off',
      PUBLIC_URL: 'https://graph.example.com',
    },
  })
  person = await registerPerson(stack)
  await giveClaims()
})
afterAll(async () => {
  for (const proxy of running) {
    const closed = once(proxy, 'close')
    proxy.kill('SIGTERM')
    await closed
  }
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** As many as one person can have. */
async function giveClaims(): Promise<void> {
  const admin = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email: admin.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, admin.refreshToken)
  const headers = { authorization: `Bearer ${data.refresh.tokens.accessToken}` }
  const claims = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, name.repeat(240)]))
  const update = 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }'
  const updated = await stack.client.send(
    update,
    { input: { id: person.id, customClaims: claims } },
    headers,
  )
  expect(updated.errors).toEqual([])
  for (const name of ['first', 'second', 'third']) {
    const scopes = Array.from({ length: 10 }, (_, n) => `${name}-${'s'.repeat(16)}:${n}`)
    const input = { name, rank: 1, scopes }
    const role = 'mutation ($input: CreateRoleInput!) { createRole(input: $input) { name } }'
    expect((await stack.client.send(role, { input }, headers)).errors).toEqual([])
    const grant = 'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roles } }'
    const granted = await stack.client.send(
      grant,
      { input: { userId: person.id, role: name } },
      headers,
    )
    expect(granted.errors).toEqual([])
  }
}

async function startNginx(location: string): Promise<string> {
  const [port = 0] = await freePorts(1)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind}-${port};`,
  )
  const config = `daemon off; user root; pid ${folder}/${port}.pid; error_log ${folder}/${port}.log; events {}
     http { access_log off; ${temporary.join(' ')}
       server { listen 127.0.0.1:${port}; ${location.replace('127.0.0.1:4000', gateway())} } }`
  return await start('nginx', { port, config, args: ['-c'] })
}

/** TLS apart, which ends elsewhere here, as the page has it. */
async function startHaproxy(): Promise<string> {
  const [port = 0] = await freePorts(1)
  const config = HAPROXY.replace(/bind .*/, `bind 127.0.0.1:${port}`).replace(
    '127.0.0.1:4000',
    gateway(),
  )
  return await start('haproxy', { port, config, args: ['-db', '-f'] })
}

function gateway(): string {
  return new URL(stack.gateways[0]?.url ?? '').host
}

async function start(
  program: string,
  { port, config, args }: { port: number; config: string; args: readonly string[] },
): Promise<string> {
  const file = join(folder, `${port}.conf`)
  writeFileSync(file, config)
  running.push(spawn(program, [...args, file], { stdio: 'inherit' }))
  const url = `http://127.0.0.1:${port}`
  const isUp = async () => expect((await fetch(`${url}/health/live`)).status).toBe(200)
  await vi.waitFor(isUp, { timeout: 30_000, interval: 100 })
  return url
}

async function logInThrough(url: string): Promise<GraphqlAnswer> {
  const { email, deviceToken } = person
  const input = { email, password: PASSWORD, deviceToken, delivery: 'COOKIE' }
  return await createClient(url).send(LOGIN, { input }, { origin: 'https://graph.example.com' })
}

/** From another network address than the proxy's, with a forged one. @returns the address that the session was made from */
async function logInForged(url: string): Promise<string> {
  const { email, deviceToken } = person
  const input = { email, password: PASSWORD, deviceToken }
  const asked = request(`${url}/graphql`, {
    method: 'POST',
    localAddress: '127.0.0.2',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
  })
  asked.end(JSON.stringify({ query: LOGIN, variables: { input } }))
  const [answer] = await once(asked, 'response')
  const { data } = (await json(answer)) as GraphqlAnswer
  const { id } = data.login.session
  return await stack
    .db('sessions')
    .where({ id })
    .first()
    .then((row) => String(row.ip_address))
}

// TLS ends elsewhere: nothing but the scheme differs.
const proxies = {
  nginx: () => startNginx(LOCATION.replace('$scheme', 'https')),
  HAProxy: startHaproxy,
}

describe.each(Object.entries(proxies))('%s as the page has it', (_, startProxy) => {
  let url: string
  beforeAll(async () => {
    url = await startProxy()
  })

  test('takes the head of a login with many claims: more than 4 KB, and less than 16 KB', async () => {
    const answer = await logInThrough(url)
    expect(answer.errors).toEqual([])
    const head = [...answer.headers].reduce(
      (sum, [name, value]) => sum + name.length + value.length + 4,
      0,
    )
    expect(head).toBeGreaterThan(4096)
    expect(head).toBeLessThan(16_384)
  })

  test('says who the client is, whatever the client says', async () => {
    expect(await logInForged(url)).toBe('127.0.0.2')
  })

  test('refuses a body of more than 1 MB', async () => {
    const body = JSON.stringify({
      query: '{ __typename }',
      variables: { x: 'x'.repeat(1_100_000) },
    })
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
    expect(status).toBe(413)
  })
})

test('with the buffers that nginx has by itself the same login is lost, which is why the page sets them', async () => {
  const url = await startNginx(
    LOCATION.replace('$scheme', 'https').replace(/ *proxy_buffer.*\n/g, ''),
  )
  await expect(logInThrough(url)).rejects.toThrow(/JSON/)
})
