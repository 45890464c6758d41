// Tokens that are bound to a key: good with a fresh proof of that key for this very request, once, and in no other way.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import {
  type App,
  askFor,
  becomeAdmin,
  claimsIn,
  letIn,
  registerApp,
  relyingParty,
} from './apps.ts'
import { WebBrowser } from './web-browser.ts'

type KeyPair = GenerateKeyPairResult

let stack: Stack
let admin: Person
let person: Person
let app: App
let party: oidc.Configuration
let browser: WebBrowser
let token: string
let refreshToken: string
let keys: KeyPair

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  person = await registerPerson(stack)
  app = await registerApp(stack, admin, { dpopRequired: true })
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  keys = await generateKeyPair('ES256', { extractable: true })
  const asked = await askFor(party, 'openid graph')
  const back = await letIn(browser, asked)
  const DPoP = oidc.getDPoPHandle(party, keys)
  const checks = {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    expectedNonce: asked.nonce,
  }
  const tokens = await oidc.authorizationCodeGrant(party, back, checks, {}, { DPoP })
  token = tokens.access_token
  refreshToken = String(tokens.refresh_token)
})
afterAll(async () => {
  await stack?.stop()
})

interface Proof {
  readonly htm?: string
  readonly htu?: string
  readonly iat?: number
  readonly jti?: string
  readonly ath?: string
  readonly typ?: string
  readonly pair?: KeyPair
  readonly jwk?: object
  readonly alg?: string
}

async function proof({
  pair = keys,
  typ = 'dpop+jwt',
  jwk,
  alg = 'ES256',
  ...claims
}: Proof = {}): Promise<string> {
  return await new SignJWT({
    htm: 'POST',
    htu: `${stack.env.PUBLIC_URL}/graphql`,
    iat: Math.floor(Date.now() / 1000),
    jti: crypto.randomUUID(),
    ath: createHash('sha256').update(token).digest('base64url'),
    ...claims,
  })
    .setProtectedHeader({
      alg,
      typ,
      jwk: (jwk ?? (await exportJWK(pair.publicKey))) as never,
    })
    .sign(pair.privateKey)
}

async function ask(headers: Record<string, string>): Promise<string> {
  const answer = await stack.client.send('{ viewer { user { id } } }', {}, headers)
  return answer.data?.viewer?.user?.id ?? `${answer.status} ${answer.code}`
}
const REFUSED = '401 UNAUTHENTICATED'

test('a bound token says so, and works with a proof each time', async () => {
  expect(claimsIn(token).cnf.jkt).toMatch(/^[\w-]{43}$/)
  for (const _ of [1, 2]) {
    expect(await ask({ authorization: `DPoP ${token}`, dpop: await proof() })).toBe(person.id)
  }
})

test('without a proof, as a bearer, or with the same proof again it is refused, known to the gateway or not', async () => {
  const once = await proof()
  expect(await ask({ authorization: `DPoP ${token}`, dpop: once })).toBe(person.id)
  expect(await ask({ authorization: `DPoP ${token}`, dpop: once })).toBe(REFUSED)
  expect(await ask({ authorization: `DPoP ${token}` })).toBe(REFUSED)
  expect(await ask({ authorization: `Bearer ${token}` })).toBe(REFUSED)
  expect(await ask({ authorization: `Bearer ${token}`, dpop: await proof() })).toBe(REFUSED)
  expect(await ask({ authorization: `DPoP ${person.accessToken}`, dpop: await proof() })).toBe(
    REFUSED,
  )
})

test('a proof of another method, address, moment, token, kind or key is none', async () => {
  const other = await generateKeyPair('ES256', { extractable: true })
  const now = Math.floor(Date.now() / 1000)
  const wrong: Proof[] = [
    // The first of them: it gets right with the seconds.
    { iat: now + 40 },
    { htm: 'GET' },
    { htu: 'https://evil.example/graphql' },
    { htu: `${stack.env.PUBLIC_URL}/oauth2/userinfo` },
    { iat: now - 40 },
    { ath: 'x' },
    { jti: '' },
    { typ: 'jwt' },
    { pair: other },
    { jwk: await exportJWK(keys.privateKey) },
    { jwk: await exportJWK(other.publicKey) },
  ]
  for (const claims of wrong) {
    const dpop = await proof(claims)
    expect(await ask({ authorization: `DPoP ${token}`, dpop }), JSON.stringify(claims)).toBe(
      REFUSED,
    )
  }
})

test('userinfo and refresh ask for the same key', async () => {
  const userinfo = `${stack.env.PUBLIC_URL}/oauth2/userinfo`
  const get = async (headers: Record<string, string>) => (await fetch(userinfo, { headers })).status
  const dpop = await proof({ htm: 'GET', htu: userinfo })
  expect(await get({ authorization: `DPoP ${token}`, dpop })).toBe(200)
  expect(await get({ authorization: `DPoP ${token}`, dpop })).toBe(401)
  expect(await get({ authorization: `Bearer ${token}` })).toBe(401)
  await expect(oidc.refreshTokenGrant(party, refreshToken)).rejects.toThrow()
  const other = await generateKeyPair('ES256', { extractable: true })
  const stolen = { DPoP: oidc.getDPoPHandle(party, other) }
  // The app proves itself with its secret: only then the key alone is what is missing.
  await expect(oidc.refreshTokenGrant(party, refreshToken, {}, stolen)).resolves.toBeTruthy()
})

test('of one proof that comes to userinfo many times at once, one counts', async () => {
  const userinfo = `${stack.env.PUBLIC_URL}/oauth2/userinfo`
  const dpop = await proof({ htm: 'GET', htu: userinfo })
  const get = async () =>
    (await fetch(userinfo, { headers: { authorization: `DPoP ${token}`, dpop } })).status
  const many = Array.from({ length: 40 })
  // With connections that are open, they are read together.
  await Promise.all(many.map(() => fetch(userinfo)))
  const answers = await Promise.all(many.map(get))
  expect(answers.sort()).toEqual([200, ...Array.from({ length: 39 }, () => 401)])
})

test('a refusal says that a proof is missing, and by what it may be signed', async () => {
  const challenge = 'DPoP realm="sallyport", error="invalid_dpop_proof", algs="ES256 Ed25519 EdDSA"'
  const userinfo = `${stack.env.PUBLIC_URL}/oauth2/userinfo`
  for (const scheme of ['DPoP', 'Bearer']) {
    const headers = { authorization: `${scheme} ${token}` }
    const [told, asked] = await Promise.all([
      fetch(userinfo, { headers }),
      stack.client.send('{ viewer { user { id } } }', {}, headers),
    ])
    expect(told.headers.get('www-authenticate')).toBe(challenge)
    expect(asked.headers.get('www-authenticate')).toContain(challenge)
  }
})

test('a key of Ed25519 serves by either name of its algorithm', async () => {
  const program = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
    dpopRequired: true,
  })
  const pair = await generateKeyPair('Ed25519', { extractable: true })
  const of = await relyingParty(stack, program)
  const DPoP = oidc.getDPoPHandle(of, pair)
  const { access_token } = await oidc.clientCredentialsGrant(of, {}, { DPoP })
  const ath = createHash('sha256').update(access_token).digest('base64url')
  for (const alg of ['Ed25519', 'EdDSA']) {
    const headers = {
      authorization: `DPoP ${access_token}`,
      dpop: await proof({ pair, alg, ath }),
    }
    const { data } = await stack.client.send('{ viewer { kind } }', {}, headers)
    expect(data.viewer.kind).toBe('CLIENT')
  }
})

test('an old proof at the token endpoint is refused', async () => {
  const htu = `${stack.env.PUBLIC_URL}/oauth2/token`
  const response = await fetch(htu, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
    headers: { dpop: await proof({ htu, iat: Math.floor(Date.now() / 1000) - 60 }) },
  })
  expect([response.status, ((await response.json()) as any).error]).toEqual([
    400,
    'invalid_dpop_proof',
  ])
})

test('two proofs are none: no token is given, least of all one that is bound to nothing', async () => {
  const program = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
  })
  const htu = `${stack.env.PUBLIC_URL}/oauth2/token`
  const proofs = [await proof({ htu }), await proof({ htu })]
  const sent = request(htu, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${program.id}:${program.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      dpop: proofs,
    },
  })
  sent.end('grant_type=client_credentials')
  const [response]: IncomingMessage[] = await once(sent, 'response')
  const { error, access_token } = (await json(response as IncomingMessage)) as any
  expect([response?.statusCode, error, access_token]).toEqual([
    400,
    'invalid_dpop_proof',
    undefined,
  ])
})
