// The proxy of docs/operators.md, as it stands there, in a real nginx: a login with as much in its cookies as can be gets through.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { createClient, type GraphqlAnswer } from '../client.ts'
import { example } from '../docs/examples.ts'
import { freePorts } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-nginx-'))
const LOCATION = example('docs/operators.md', 'Replicas', 'nginx').code
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
  for (const nginx of running) {
    const closed = once(nginx, 'close')
    nginx.kill('SIGQUIT')
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
  const [port] = await freePorts(1)
  const gateway = new URL(stack.gateways[0]?.url ?? '').host
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind}-${port};`,
  )
  const file = join(folder, `${port}.conf`)
  writeFileSync(
    file,
    `daemon off; user root; pid ${folder}/${port}.pid; error_log ${folder}/${port}.log; events {}
     http { access_log off; ${temporary.join(' ')}
       server { listen 127.0.0.1:${port}; ${location.replace('127.0.0.1:4000', gateway)} } }`,
  )
  running.push(spawn('nginx', ['-c', file], { stdio: 'inherit' }))
  const url = `http://127.0.0.1:${port}`
  await expect
    .poll(async () => (await fetch(`${url}/health/live`).catch(() => null))?.status, {
      timeout: 30_000,
    })
    .toBe(200)
  return url
}

async function logInThrough(url: string): Promise<GraphqlAnswer> {
  const { email, deviceToken } = person
  const input = { email, password: PASSWORD, deviceToken, delivery: 'COOKIE' }
  return await createClient(url).send(LOGIN, { input }, { origin: 'https://graph.example.com' })
}

test('a login with many claims gets through, and has a head of more than 4 KB and less than 16 KB', async () => {
  // TLS ends elsewhere: nothing but the scheme differs.
  const url = await startNginx(LOCATION.replace('$scheme', 'https'))
  const answer = await logInThrough(url)
  expect(answer.errors).toEqual([])
  const head = [...answer.headers].reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  )
  expect(head).toBeGreaterThan(4096)
  expect(head).toBeLessThan(16_384)
})

test('with the buffers that nginx has by itself the same login is lost, which is why the page sets them', async () => {
  const url = await startNginx(
    LOCATION.replace('$scheme', 'https').replace(/ *proxy_buffer.*\n/g, ''),
  )
  await expect(logInThrough(url)).rejects.toThrow(/JSON/)
})
