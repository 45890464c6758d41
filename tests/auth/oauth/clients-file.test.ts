// OAUTH_CLIENTS_FILE over time: another secret, a changed client, one less, and an instance that starts with the file of before.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../../subgraphs/auth/config.ts'
import { syncFileClients } from '../../../subgraphs/auth/oauth-clients/sync-file.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { registerPerson, VIEWER } from '../../people.ts'
import { type App, askFor, claimsIn, letIn, REDIRECT, relyingParty, tokensFor } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let browser: WebBrowser
const folder = mkdtempSync(join(tmpdir(), 'clients-file-'))
const path = join(folder, 'clients.yaml')
const warnings: string[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
const [FIRST, SECOND, THIRD] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)] as const

beforeAll(async () => {
  stack = await startStack({ gateways: 2, env: { SESSION_VERIFICATION: 'off' } })
  browser = new WebBrowser(stack)
  await browser.signIn(stack, await registerPerson(stack))
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

let id = ''
let made = 0
// What is cut stays so for a moment, also for a client that comes back under its id.
beforeEach(async () => {
  made += 1
  id = `client-${made}`
  warnings.length = 0
  await stack.db('oauth_clients_file').delete()
})

type Entry = Readonly<Record<string, unknown>>

const program = (more: Entry = {}): Entry => ({
  id,
  name: 'Nightly report',
  grantTypes: ['client_credentials'],
  scopes: ['posts:read', 'posts:write'],
  secretVariable: 'SECRET',
  ...more,
})
const shop = (more: Entry = {}): Entry => ({
  id,
  name: 'Shop',
  redirectUris: [REDIRECT],
  grantTypes: ['authorization_code', 'refresh_token'],
  scopes: ['openid', 'graph'],
  secretVariable: 'SECRET',
  ...more,
})

/** An instance starts, with this file and this secret. */
async function start(
  clients: readonly Entry[],
  secret: string = FIRST,
  version: number | null = null,
): Promise<void> {
  writeFileSync(path, JSON.stringify({ version, clients }))
  const config = readAuthConfig({ ...stack.env, OAUTH_CLIENTS_FILE: path, SECRET: secret })
  await syncFileClients({ db: stack.db, config, describedScopes: new Map(), log })
}
async function send(endpoint: string, fields: Record<string, string>, secret: string) {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const init = { method: 'POST', body: new URLSearchParams(fields), headers: { authorization } }
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/${endpoint}`, init)
  return (await response.json()) as any
}
const ask = async (secret: string) =>
  await send('token', { grant_type: 'client_credentials' }, secret)
const refresh = async (token: string, secret: string = FIRST) =>
  await send('token', { grant_type: 'refresh_token', refresh_token: token }, secret)
/** What each of these secrets is answered: a token, or why there is none. */
const answers = async (...secrets: readonly string[]) =>
  await Promise.all(secrets.map(async (secret) => (await ask(secret)).error ?? 'a token'))
const atGateways = async (token: string) =>
  await Promise.all(
    [0, 1].map(async (gateway) => {
      const { data, errors } = await stack.clientOf(gateway).send(VIEWER, {}, bearer(token))
      return data?.viewer?.kind ?? errors?.[0]?.extensions.reason
    }),
  )
async function letAppIn(): Promise<{ access: string; refresh: string }> {
  const app: App = { id, secret: FIRST }
  const tokens = await tokensFor(await relyingParty(stack, app), browser, 'openid graph')
  return { access: tokens.access_token, refresh: String(tokens.refresh_token) }
}
const told = async () => {
  const audited = await stack
    .db('audit_records')
    .whereRaw("kept->>'clientId' = ?", [id])
    .pluck('action')
  const events = await stack.db('outbox_events').where('user_id', id).pluck('type')
  return { audited: audited.sort(), events: events.sort() }
}

describe('another secret', () => {
  test('both are taken during the overlap, then the new one alone; what was given goes on', async () => {
    await start([program()])
    const { access_token } = await ask(FIRST)
    await start([program()], SECOND)
    expect(await answers(FIRST, SECOND, THIRD)).toEqual(['a token', 'a token', 'invalid_client'])
    const { previous_expires_at } = await stack.db('oauth_clients').where({ id }).first()
    expect(Math.abs(Number(previous_expires_at) - Date.now() - 3_600_000)).toBeLessThan(60_000)
    await stack
      .db('oauth_clients')
      .where({ id })
      .update({ previous_expires_at: new Date(0) })
    expect(await answers(FIRST, SECOND)).toEqual(['invalid_client', 'a token'])
    expect(await atGateways(access_token)).toEqual(['CLIENT', 'CLIENT'])
  })

  test('an instance that starts with the one of before throws nobody out', async () => {
    await start([program()])
    for (const secret of [SECOND, FIRST, SECOND, FIRST]) {
      await start([program()], secret)
      expect(await answers(FIRST, SECOND)).toEqual(['a token', 'a token'])
    }
  })

  test('one that leaked ends at once, also where it was to work on for an hour', async () => {
    await start([program()])
    await start([program({ secretOverlapSeconds: 0 })], SECOND)
    expect(await answers(FIRST, SECOND)).toEqual(['invalid_client', 'a token'])
    await start([program()], THIRD)
    expect(await answers(SECOND, THIRD)).toEqual(['a token', 'a token'])
    await start([program({ secretOverlapSeconds: 0 })], THIRD)
    expect(await answers(SECOND, THIRD)).toEqual(['invalid_client', 'a token'])
  })

  test('one that was given up for keys does not come back with the next', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }
    await start([program()])
    const { secretVariable: _, ...byKeys } = program({
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks,
    })
    await start([byKeys])
    expect(await answers(FIRST)).toEqual(['invalid_client'])
    await start([program()], SECOND)
    expect(await answers(FIRST, SECOND)).toEqual(['invalid_client', 'a token'])
  })
})

describe('a changed client', () => {
  test('that may do less: its tokens are stale at every gateway, and the next have less', async () => {
    await start([program()])
    const { access_token } = await ask(FIRST)
    expect(claimsIn(access_token).scope).toBe('posts:read posts:write')
    await start([program({ scopes: ['posts:read'] })])
    await expect.poll(() => atGateways(access_token)).toEqual(['TOKEN_STALE', 'TOKEN_STALE'])
    expect(claimsIn((await ask(FIRST)).access_token).scope).toBe('posts:read')
    expect(await told()).toEqual({
      audited: ['client.registered', 'client.updated'],
      events: ['client.registered', 'client.updated'],
    })
  })

  test('that sends codes to one more place: what people allowed it is over', async () => {
    await start([shop()])
    const given = await letAppIn()
    await start([shop({ redirectUris: [REDIRECT, 'https://new.example/callback'] })])
    expect((await refresh(given.refresh)).error).toBe('invalid_grant')
    await expect
      .poll(() => atGateways(given.access))
      .toEqual(['SESSION_REVOKED', 'SESSION_REVOKED'])
  })

  test('an unchanged one changes nothing, also one with keys', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true })
    const { n, e, kty } = await exportJWK(publicKey)
    const { secretVariable: _, ...byKeys } = program({
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [{ use: 'sig', kty, n, e, kid: 'k1', alg: 'RS256' }] },
    })
    await start([byKeys])
    const before = await stack.db('oauth_clients').where({ id }).first()
    await start([byKeys])
    expect(await stack.db('oauth_clients').where({ id }).first()).toEqual(before)
    expect(await told()).toEqual({ audited: ['client.registered'], events: ['client.registered'] })
  })
})

describe('a client that is no longer in the file', () => {
  test('gets nothing more, and all that it had ends at every gateway', async () => {
    await start([shop()])
    const given = await letAppIn()
    await start([])
    expect((await refresh(given.refresh)).error).toBe('invalid_client')
    await expect
      .poll(() => atGateways(given.access))
      .toEqual(['SESSION_REVOKED', 'SESSION_REVOKED'])
    const [grant] = await stack.db('oauth_grants').where('client_id', id)
    expect(grant.revoked_reason).toBe('client-deleted')
    expect(await told()).toEqual({
      audited: ['client.deleted', 'client.registered'],
      events: ['client.deleted', 'client.registered'],
    })
  })

  test('that comes back is another: people are asked, and old tokens stay dead', async () => {
    await start([shop()])
    const given = await letAppIn()
    const party = await relyingParty(stack, { id, secret: FIRST })
    expect((await browser.follow((await askFor(party, 'openid graph')).url)).status).toBe(303)
    await start([])
    const nowhere = await browser.follow((await askFor(party, 'openid graph')).url)
    expect([nowhere.status, nowhere.location]).toEqual([400, null])
    await start([shop()])
    expect((await refresh(given.refresh)).error).toBe('invalid_grant')
    const asked = await browser.follow((await askFor(party, 'openid graph')).url)
    expect(asked.html).toContain('Let Shop in?')
  })

  test('a program’s own tokens end, too', async () => {
    await start([program()])
    const { access_token } = await ask(FIRST)
    expect(await atGateways(access_token)).toEqual(['CLIENT', 'CLIENT'])
    await start([])
    await expect.poll(() => atGateways(access_token)).toEqual(['TOKEN_STALE', 'TOKEN_STALE'])
  })
})

test('the file that was read last is true: one of before takes away what is new, and nothing is left of it', async () => {
  const old = program({ id: `${id}-old` })
  await start([old, shop()])
  const given = await letAppIn()
  await start([old])
  expect((await refresh(given.refresh)).error).toBe('invalid_client')
  await start([old, shop()])
  expect((await refresh(given.refresh)).error).toBe('invalid_grant')
  const asked = await askFor(await relyingParty(stack, { id, secret: FIRST }), 'openid graph')
  expect((await letIn(browser, asked)).searchParams.has('code')).toBe(true)
})

describe('a file with a version', () => {
  const old = () => program({ id: `${id}-old` })
  const clients = async () =>
    await stack.db('oauth_clients').whereLike('id', `${id}%`).orderBy('id').pluck('id')

  test('that is lower, or a file without one, is left alone, and said to be', async () => {
    await start([old()], FIRST, 6)
    await start([old(), shop()], FIRST, 7)
    const given = await letAppIn()
    const access_token = (await refresh(given.refresh)).access_token
    for (const before of [6, null]) {
      await start([old()], SECOND, before)
      expect(await clients()).toEqual([id, `${id}-old`])
      expect(warnings.pop()).toContain('OAUTH_CLIENTS_FILE is older than one that was read before')
    }
    expect(await atGateways(access_token)).toEqual(['USER', 'USER'])
    await start([old()], FIRST, 8)
    expect([await clients(), warnings]).toEqual([[`${id}-old`], []])
  })

  test('is a whole number', async () => {
    await expect(start([program()], FIRST, 1.5)).rejects.toThrow('version: must be a whole number')
  })
})

test('instances that start at once make a client once', async () => {
  await Promise.all([1, 2, 3].map(async () => await start([program()])))
  expect(await told()).toEqual({ audited: ['client.registered'], events: ['client.registered'] })
})
