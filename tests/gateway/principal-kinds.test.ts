// Apps and clients before anybody issues their tokens: made by hand with auth's key, and taken for what they are.
import { createIdentityReader } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Credential, createPrincipal } from '../../gateway/authenticate/principal.ts'
import { createIdentity } from '../../gateway/identity.ts'
import { createRevocationEntries } from '../../gateway/revocation/entries.ts'
import type { TokenChanges } from './auth-peer.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway()
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
})

const app = (scope: string): TokenChanges => ({
  claims: { client_id: 'cli_1', grant_id: 'grt_1', scope, roles: ['admin'] },
})
const client: TokenChanges = {
  claims: { client_id: 'cli_1', scope: 'read', roles: ['admin'] },
  without: ['sub', 'sid', 'ver', 'amr', 'auth_time', 'email_verified'],
}

async function outcome(query: string, token: TokenChanges): Promise<string> {
  const reply = await stack.send(query, { headers: bearer(await stack.auth.token(token)) })
  return reply.status === 200
    ? JSON.stringify(reply.body.data)
    : `${reply.status} ${refusalOf(reply)}`
}

const DENIED = '403 FORBIDDEN'

describe.each<[string, TokenChanges, Record<string, string>]>([
  [
    'without the scope graph',
    app('openid email graph:write'),
    {
      '{ hello }': '{"hello":"hello"}',
      '{ me { sub } }': DENIED,
      '{ onlyAdmins }': DENIED,
      '{ viewer { user { sub } } }': DENIED,
      'mutation { rename(name: "x") }': DENIED,
    },
  ],
  [
    'with the scope graph',
    app('graph'),
    {
      '{ me { sub kind } }': '{"me":{"sub":"usr_1","kind":"user"}}',
      '{ adminNow }': DENIED,
      'mutation { rename(name: "x") }': DENIED,
    },
  ],
  [
    'with the scopes graph and graph:write',
    app('graph graph:write'),
    {
      'mutation { rename(name: "x") }': '{"rename":"x"}',
    },
  ],
])('an app %s', (_, token, expected) => {
  test.each(Object.entries(expected))('%s', async (query, answer) => {
    expect(await outcome(query, token)).toBe(answer)
    if (answer === DENIED) expect(stack.subgraphCalls()).toBe(0)
  })
})

test('a client is nobody’s session and nobody’s person, and live cannot be asked about it', async () => {
  expect(await outcome('{ me { sub kind } }', client)).toBe('{"me":{"sub":null,"kind":"client"}}')
  expect(await outcome('{ adminNow }', client)).toBe(DENIED)
  expect(stack.auth.calls('/internal/credentials')).toEqual([])
})

test.each<[string, TokenChanges]>([
  ['Sallyport’s own without a person', { without: ['sub'] }],
  ['a client’s with a CSRF claim', { ...client, claims: { ...client.claims, csrf: 'x' } }],
  ['a client’s without jti', { ...client, without: [...(client.without ?? []), 'jti'] }],
  ['an app’s without a grant', { ...app('graph'), without: ['grant_id'] }],
  ['Sallyport’s own with a grant', { claims: { grant_id: 'grt_1' } }],
  ['an app’s without a version', { ...app('graph'), without: ['ver'] }],
  ['an app’s in a cookie session', { claims: { ...app('graph').claims, csrf: 'x' } }],
  ['one of another issuer’s person', { claims: { sub_iss: 'https://id.example' } }],
])('a token is refused: %s', async (_, token) => {
  expect(await outcome('{ hello }', token)).toBe('401 UNAUTHENTICATED TOKEN_INVALID')
})

test('an app’s token ends with the session, the rights and the key that it came from', async () => {
  const of = (claims: object) => ({ claims: { ...app('graph').claims, ...claims } })
  expect(await outcome('{ me { sub } }', of({ sub: 'usr_7', sid: 'ses_7' }))).toContain('usr_7')
  stack.auth.revoke({ kind: 'session', id: 'ses_7' })
  stack.auth.revoke({ kind: 'user', id: 'usr_8', ver: 2 })
  await expect
    .poll(() => outcome('{ hello }', of({ sub: 'usr_7', sid: 'ses_7' })))
    .toBe('401 UNAUTHENTICATED SESSION_REVOKED')
  expect(await outcome('{ hello }', of({ sub: 'usr_8' }))).toBe('401 UNAUTHENTICATED TOKEN_STALE')
})

test('an app’s token ends with its grant, and a client’s tokens with what the client may no longer do', async () => {
  const now = Math.floor(Date.now() / 1000)
  const of = (claims: object) => ({ claims: { ...app('graph').claims, ...claims } })
  const ended = of({ grant_id: 'grt_7' })
  const cut = of({ client_id: 'cli_7' })
  const ofClient = { ...client, claims: { ...client.claims, client_id: 'cli_7' } }
  const later = { ...ofClient, claims: { ...ofClient.claims, iat: now + 3 } }
  expect(await outcome('{ hello }', ended)).toContain('hello')
  stack.auth.revoke({ kind: 'grant', id: 'grt_7' })
  stack.auth.revoke({ kind: 'client', id: 'cli_7', ver: now + 1 })
  await expect.poll(() => outcome('{ hello }', ended)).toBe('401 UNAUTHENTICATED SESSION_REVOKED')
  expect(await outcome('{ hello }', cut)).toBe('401 UNAUTHENTICATED TOKEN_STALE')
  expect(await outcome('{ hello }', ofClient)).toBe('401 UNAUTHENTICATED TOKEN_STALE')
  expect(await outcome('{ hello }', later)).toContain('hello')
  expect(await outcome('{ hello }', of({ grant_id: 'grt_8' }))).toContain('hello')
})

test('a person of another issuer is not ended by what happens to the same id here', () => {
  const entries = createRevocationEntries({ now: Date.now, monotonic: () => performance.now() })
  entries.add([{ kind: 'user', id: 'usr_1', ver: 9, expiresAt: Date.now() }])
  const against = (more: object) => {
    const principal = createPrincipal({ kind: 'user', sub: 'usr_1', ...more }, 1)
    return entries.against({ principal, kid: null, issuedAt: null } as Credential)
  }
  expect(against({})).toBe('TOKEN_STALE')
  expect(against({ sub_iss: 'https://id.example' })).toBeNull()
})

describe('an identity token', () => {
  const all = {
    sid: 'ses_1',
    amr: ['pwd', 'mfa'],
    acr: 'aal2',
    auth_time: 1_700_000_000,
    mfa_time: 1_700_000_000,
    step_up: ['TOTP'],
  }
  const issuer = 'https://api.example.com'

  test.each<[string, object, string[]]>([
    [
      'a user',
      { kind: 'user', sub: 'usr_1' },
      ['sid', 'amr', 'acr', 'auth_time', 'mfa_time', 'step_up'],
    ],
    [
      'an app',
      { kind: 'user', sub: 'usr_1', client_id: 'cli_1' },
      ['amr', 'acr', 'auth_time', 'mfa_time'],
    ],
    [
      'a person of another issuer',
      { kind: 'user', sub: 'a|1', sub_iss: 'https://id.example' },
      ['amr', 'acr', 'auth_time', 'mfa_time'],
    ],
    ['an API key', { kind: 'api-key', sub: 'usr_1', key_id: 'key_1' }, []],
    ['a client', { kind: 'client', client_id: 'cli_1' }, []],
  ])(
    'says of %s no more of a session than the kind can have, to auth too',
    async (_, who, carried) => {
      const signer = await createIdentitySigner({
        keys: { keys: [await generateIdentityKey()] },
        issuer,
      })
      const identity = createIdentity({ signer, now: Date.now, monotonic: () => performance.now() })
      for (const name of ['auth', 'reviews']) {
        const grants = ['amr', 'acr', 'auth_time'] as const
        const target = { name, identity: { grants, header: 'sallyport-identity' } } as const
        const { value } = await identity.headerFor(
          createPrincipal({ ...who, ...all }, 1),
          target,
          'v1',
        )
        const [, payload = ''] = value.split('.')
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
        expect(
          Object.keys(claims)
            .filter((claim) => Object.hasOwn(all, claim))
            .sort(),
        ).toEqual([...carried].sort())
        expect(claims).toMatchObject(who)
        const reader = createIdentityReader({ subgraph: name, issuer, jwks: signer.publicJwks })
        await expect(reader.read({ 'sallyport-identity': value })).resolves.toMatchObject({})
      }
    },
  )
})
