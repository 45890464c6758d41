// Forged access tokens at the gateway's door: every one is 401, on a public field too, and no subgraph is called.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newKey, type TokenChanges } from './auth-peer.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
/** By how much the gateway's clock is ahead. */
let aheadMs = 0
beforeAll(async () => {
  stack = await startGateway({ deps: { now: () => Date.now() + aheadMs } })
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
})

const now = () => Math.floor(Date.now() / 1000)

async function expectRefused(token: string, reason = 'TOKEN_INVALID') {
  const reply = await stack.hello(bearer(token))
  expect([reply.status, refusalOf(reply)]).toEqual([401, `UNAUTHENTICATED ${reason}`])
  expect(reply.headers.get('www-authenticate')).toContain('invalid_token')
  expect(JSON.stringify(reply.body)).not.toContain(token.slice(0, 40))
  expect(stack.subgraphCalls()).toBe(0)
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

test('a good token passes: the refusals below are not for another reason', async () => {
  expect((await stack.hello(bearer(await stack.auth.token()))).status).toBe(200)
})

test.each(['none', 'None', 'NONE', 'nOnE'])('alg %s with an empty signature', async (alg) => {
  const [, payload] = (await stack.auth.token()).split('.')
  await expectRefused(`${encode({ alg, typ: 'at+jwt', kid: 'key-1' })}.${payload}.`)
})

test('HS256 with the public key as the secret, as JWK, JWKS or PEM, or with a weak secret', async () => {
  const { jwk, publicKey } = stack.auth.signing
  const [, payload] = (await stack.auth.token()).split('.')
  const pem = await exportSPKI(publicKey)
  for (const secret of [
    JSON.stringify(jwk),
    JSON.stringify({ keys: [jwk] }),
    String(jwk.x),
    pem,
    pem.trim(),
    '',
    '\0',
    'secret',
  ]) {
    const head = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })}.${payload}`
    await expectRefused(`${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`)
  }
})

test('another algorithm than that of the key, signed with a key of its own', async () => {
  for (const alg of ['RS256', 'PS256', 'EdDSA', 'ES384']) {
    const { privateKey } = await generateKeyPair(alg)
    const [, payload = ''] = (await stack.auth.token()).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const header = { alg, typ: 'at+jwt', kid: 'key-1' }
    await expectRefused(await new SignJWT(claims).setProtectedHeader(header).sign(privateKey))
  }
})

test('a flood of unknown kids causes one fetch of the key set at most', async () => {
  const other = await newKey('unknown')
  const tokens = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      return stack.auth.token({ header: { kid: `unknown-${index}` }, key: other.privateKey })
    }),
  )
  for (const token of tokens) expect((await stack.hello(bearer(token))).status).toBe(401)
  expect(stack.auth.calls('/.well-known/jwks.json').length).toBeLessThanOrEqual(1)
})

test.each([
  ['a path', '../../../dev/null'],
  ['SQL', "' OR 1=1 --"],
  ['a URL', 'http://127.0.0.1/key'],
  ['10 KB', 'k'.repeat(10_000)],
  ['a list', ['key-1']],
  ['an object', { kid: 'key-1' }],
  ['__proto__', '__proto__'],
])('kid is %s', async (_, kid) => {
  await expectRefused(await handSigned({ header: { kid } }))
})

test('jku, x5u, jwk and x5c of an attacker name no key, and nobody goes there', async () => {
  let visits = 0
  const attacker = createServer((_, response) => {
    visits++
    response.end('{}')
  })
  await new Promise<void>((done) => attacker.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/jwks`
  const own = await newKey('key-1')
  for (const header of [{ jku: url }, { x5u: url }, { jwk: own.jwk }, { x5c: ['MIIB'] }]) {
    await expectRefused(await handSigned({ header, key: own.privateKey }))
    await expectRefused(await handSigned({ header }))
  }
  expect(visits).toBe(0)
  attacker.close()
})

test.each([
  ['an unknown crit', { crit: ['exp'] }],
  ['b64: false', { b64: false, crit: ['b64'] }],
  ['typ JWT', { typ: 'JWT' }],
  ['typ of an identity token', { typ: 'identity+jwt' }],
  ['no typ', { typ: undefined }],
  ['zip', { zip: 'DEF' }],
])('header with %s', async (_, header) => {
  await expectRefused(await handSigned({ header }))
})

test('an identity token of our own is not an access token', async () => {
  await stack.hello()
  const own = stack.auth.calls('/graphql')[0]?.headers['sallyport-identity']
  stack.auth.seen.length = 0
  await expectRefused(String(own))
})

const cases: [string, TokenChanges][] = [
  ['no aud', { without: ['aud'] }],
  ['another aud', { claims: { aud: 'https://other.example' } }],
  ['aud as a list that holds ours', { claims: { aud: ['ours', 'https://other.example'] } }],
  ['no iss', { without: ['iss'] }],
  ['another iss', { claims: { iss: 'https://staging.example' } }],
  ['no exp', { without: ['exp'] }],
  ['exp as text', { claims: { exp: String(now() + 60) } }],
  ['a lifetime beyond the maximum', { claims: { exp: now() + 86_400 } }],
  ['exp in the year 9999', { claims: { exp: 253_402_300_799 } }],
  ['iat in the future', { claims: { iat: now() + 60, exp: now() + 120 } }],
  ['nbf in the future', { claims: { nbf: now() + 60 } }],
  ['no iat', { without: ['iat'] }],
  ['no sub', { without: ['sub'] }],
  ['an empty sub', { claims: { sub: '' } }],
  ['an object as sub', { claims: { sub: { id: 'usr_1' } } }],
  ['a list as sub', { claims: { sub: ['usr_1'] } }],
  ['no sid', { without: ['sid'] }],
  ['no jti', { without: ['jti'] }],
  ['no ver', { without: ['ver'] }],
  ['ver as text', { claims: { ver: '1' } }],
  ['roles as text', { claims: { roles: 'admin' } }],
]
test.each(cases)('%s', async (_, changes) => {
  const { claims } = changes
  const aud = claims?.aud
  const fixed = Array.isArray(aud)
    ? { claims: { aud: [stack.config.publicUrl, 'other'] } }
    : changes
  await expectRefused(await handSigned(fixed))
})

test('iss with a trailing slash or other case', async () => {
  const { publicUrl } = stack.config
  for (const iss of [`${publicUrl}/`, publicUrl.toUpperCase()]) {
    await expectRefused(await stack.auth.token({ claims: { iss } }))
  }
})

test('expired beyond the leeway is TOKEN_EXPIRED, within it is accepted', async () => {
  const late = (seconds: number) => ({ claims: { iat: now() - 60, exp: now() - seconds } })
  await expectRefused(await stack.auth.token(late(7)), 'TOKEN_EXPIRED')
  expect((await stack.hello(bearer(await stack.auth.token(late(2))))).status).toBe(200)
})

test('a token that was verified before is refused once it expires', async () => {
  const token = await stack.auth.token({ claims: { iat: now() - 30, exp: now() + 30 } })
  expect((await stack.hello(bearer(token))).status).toBe(200)
  // The leeway is five seconds.
  aheadMs = 36_000
  stack.auth.seen.length = 0
  await expectRefused(token, 'TOKEN_EXPIRED')
  aheadMs = 0
})

test('another spelling of a good token: padding, stray bits, white space inside', async () => {
  const token = await stack.auth.token()
  expect((await stack.hello(bearer(token))).status).toBe(200)
  stack.auth.seen.length = 0
  const last = token.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const stray = alphabet[(alphabet.indexOf(last) & ~15) | ((alphabet.indexOf(last) + 1) & 15)]
  await expectRefused(`${token}==`)
  await expectRefused(`${token.slice(0, -1)}${stray}`)
  await expectRefused(token.replace('.', '. '))
  await expectRefused(`\t${token}`)
})

test('a token of more than 8 KB, a JWE, a nested one, one part too few or too many', async () => {
  const token = await stack.auth.token()
  await expectRefused(await stack.auth.token({ claims: { pad: 'x'.repeat(9000) } }))
  await expectRefused(`${encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}.a.b.c.d`)
  await expectRefused(`${encode({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31 })}.a.b.c.d`)
  await expectRefused(
    `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1', cty: 'JWT' })}.${encode(token)}.AA`,
  )
  await expectRefused(token.split('.').slice(0, 2).join('.'))
})

test('an edited payload, a cut, swapped or all-zero signature', async () => {
  const [head, payload, signature] = (await stack.auth.token()).split('.')
  const other = (await stack.auth.token({ claims: { sub: 'usr_2' } })).split('.')
  const edited = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object
  await expectRefused(`${head}.${encode({ ...edited, roles: ['admin'] })}.${signature}`)
  await expectRefused(`${head}.${payload}.${signature?.slice(0, -4)}`)
  await expectRefused(`${head}.${payload}.${other[2]}`)
  await expectRefused(`${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`)
})

test('a token signed by a key of the same kid that is not ours', async () => {
  const other = await newKey('key-1')
  await expectRefused(await stack.auth.token({ key: other.privateKey }))
})

test('a token in another scheme than Bearer, and an empty one', async () => {
  for (const authorization of [
    'Basic dTpw',
    `Token ${await stack.auth.token()}`,
    'Bearer ',
    'Bearer',
  ]) {
    const reply = await stack.hello({ authorization })
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED TOKEN_INVALID'])
  }
})

test('headers of more than 16 KB are 431, as JSON', async () => {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    body: '{}',
    headers: bearer('x'.repeat(17_000)),
  })
  expect(response.status).toBe(431)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
})

// jose refuses to sign some of these headers: the signature is made by hand, and is a good one.
async function handSigned(changes: TokenChanges): Promise<string> {
  const [head, body] = (await stack.auth.token({ ...changes, header: {} })).split('.')
  const header = {
    ...JSON.parse(Buffer.from(head ?? '', 'base64url').toString()),
    ...changes.header,
  }
  const signed = `${encode(header)}.${body}`
  const key = changes.key ?? stack.auth.signing.privateKey
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key, Buffer.from(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}
