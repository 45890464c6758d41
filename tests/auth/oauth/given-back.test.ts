// A program gives back one of its tokens (RFC 7009): that one is over, at every gateway, and no other is.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, VIEWER } from '../../people.ts'
import { type App, becomeAdmin, claimsIn, registerApp } from './apps.ts'

let stack: Stack
let admin: Person
let program: App
let stranger: App

const TOOLS = 'https://tools.example/api'

beforeAll(async () => {
  stack = await startStack({ gateways: 2, env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  const make = async (name: string) =>
    await registerApp(stack, admin, {
      name,
      redirectUris: [],
      grantTypes: ['CLIENT_CREDENTIALS'],
      scopes: [],
      resources: [TOOLS],
      introspects: [stack.env.PUBLIC_URL, TOOLS],
    })
  program = await make('Nightly report')
  stranger = await make('Another')
})
afterAll(async () => {
  await stack?.stop()
})

async function send(path: string, fields: Record<string, string>, { id, secret }: App = program) {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const init = { method: 'POST', body: new URLSearchParams(fields), headers: { authorization } }
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/${path}`, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}
const newToken = async (more: Record<string, string> = {}): Promise<string> =>
  (await send('token', { grant_type: 'client_credentials', ...more })).body.access_token
const isActive = async (token: string) => (await send('introspect', { token })).body.active
const reasonAt = async (gateway: number, token: string) => {
  const { data, errors } = await stack.clientOf(gateway).send(VIEWER, {}, bearer(token))
  return data?.viewer?.kind ?? errors?.[0]?.extensions.reason
}

test('it ends at all gateways that knew it, and the program’s other token goes on', async () => {
  const [given, kept] = [await newToken(), await newToken()]
  for (const gateway of [0, 1]) expect(await reasonAt(gateway, given)).toBe('CLIENT')
  expect(await send('revoke', { token: given })).toEqual({ status: 200, body: null })
  for (const gateway of [0, 1]) {
    await expect.poll(() => reasonAt(gateway, given)).toBe('TOKEN_INVALID')
    expect(await reasonAt(gateway, kept)).toBe('CLIENT')
  }
  expect([await isActive(given), await isActive(kept)]).toEqual([false, true])
  // Nothing is kept of it for longer than it could be used.
  const refs = [given, kept].map((token) => claimsIn(token).jti)
  const rows = await stack.db('revocations').where({ kind: 'token' }).whereIn('ref', refs)
  expect(rows.map(({ ref }) => ref)).toEqual(refs.slice(0, 1))
  const untilMs = claimsIn(given).exp * 1000
  expect(Number(rows[0].expires_at) - untilMs).toBe(300_000)
})

test('another’s is not its to give back, nor is one given back twice', async () => {
  const token = await newToken()
  expect((await send('revoke', { token }, stranger)).status).toBe(200)
  expect(await isActive(token)).toBe(true)
  const written = async () =>
    await stack.db('revocations').where({ kind: 'token', ref: claimsIn(token).jti })
  expect(await written()).toEqual([])
  for (let round = 0; round < 3; round += 1) {
    expect((await send('revoke', { token, token_type_hint: 'access_token' })).status).toBe(200)
  }
  expect(await written()).toHaveLength(1)
})

test('one for another audience is over for whoever asks about it', async () => {
  const token = await newToken({ resource: TOOLS })
  expect([claimsIn(token).aud, await isActive(token)]).toEqual([TOOLS, true])
  await send('revoke', { token })
  expect(await isActive(token)).toBe(false)
})
