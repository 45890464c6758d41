// Makes identity-tokens.json: tokens that every reader must accept or refuse, in whatever language.
// `npx tsx --conditions=sallyport-source claims/vectors/make.ts` writes it anew, with new keys;
// only public parts are kept. `npm run format` afterwards. With a path and a time in seconds it writes
// there instead, for readers in other languages whose clock cannot be set.
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ClaimsPayload, claimsFromPayload, isSignedIn } from '../claims.ts'

type Json = Record<string, unknown>

const ISSUER = 'https://api.example.com'
const SUBGRAPH = 'reviews'
const [path, now = '1750000000'] = process.argv.slice(2)
const NOW = Number(now)
const LEEWAY_SECONDS = 5

const current = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const next = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })

const currentJwk = publicJwk(current.publicKey, { kid: 'current', alg: 'ES256', use: 'sig' })
const jwks = {
  keys: [
    currentJwk,
    publicJwk(next.publicKey, { kid: 'next', alg: 'ES256', use: 'sig' }),
    publicJwk(rsa.publicKey, { kid: 'other-rsa', alg: 'RS256', use: 'sig' }),
    publicJwk(p384.publicKey, { kid: 'other-p384', alg: 'ES384', use: 'sig' }),
  ],
}

const header = { alg: 'ES256', typ: 'identity+jwt', kid: 'current' }
const times = { iat: NOW - 10, exp: NOW + 50 }
const envelope = { iss: ISSUER, aud: SUBGRAPH, ver: 1, ...times }
const user = {
  kind: 'user',
  sub: 'usr_1',
  sid: 'ses_1',
  roles: ['user', 'moderator'],
  scope: 'reviews:read reviews:write',
  email_verified: true,
  amr: ['pwd', 'otp', 'mfa'],
  acr: 'aal2',
  auth_time: NOW - 300,
  mfa_time: NOW - 200,
  step_up: ['TOTP', 'RECOVERY_CODE'],
  custom: { plan: 'team', seats: 5, beta: true, regions: ['eu', 'us'] },
} satisfies ClaimsPayload
const userPayload = { ...envelope, ...user }
const valid = es256(header, userPayload)

const good = [
  accepted('a user with every claim', user),
  accepted('a user with as little as is granted', { kind: 'user', sub: 'usr_1' }),
  accepted('an imported user id of another system', { kind: 'user', sub: 'a3f2|Zoë 17' }),
  accepted('an API key, which carries its owner', {
    kind: 'api-key',
    sub: 'usr_1',
    key_id: 'key_1',
  }),
  accepted('an OAuth client', { kind: 'client', client_id: 'cli_1', scope: 'reviews:read' }),
  accepted('an app that acts for a person, which has no session of theirs', {
    kind: 'user',
    sub: 'usr_1',
    client_id: 'cli_1',
    scope: 'graph reviews:read',
    email_verified: true,
  }),
  accepted('a person of a trusted issuer, who is not the user of the same id', {
    kind: 'user',
    sub: 'usr_1',
    sub_iss: 'https://id.example.org/realms/main',
    roles: ['user'],
  }),
  accepted('a sub of 255 characters', { kind: 'user', sub: 'u'.repeat(255) }),
  accepted('the gateway itself, which is nobody signed in', { kind: 'gateway' }),
  accepted('an anonymous caller, who is nobody signed in', { kind: 'anonymous' }),
  accepted('an empty scope', { kind: 'user', sub: 'usr_1', scope: '' }),
  accepted('members that are not claims', { ...user, jti: 'x', future: { a: 1 } } as ClaimsPayload),
  accepted('a key that is published but does not sign yet', user, {
    token: es256({ ...header, kid: 'next' }, userPayload, next.privateKey),
  }),
  accepted('expired within the leeway', user, {
    token: es256(header, { ...userPayload, iat: NOW - 64, exp: NOW - 4 }),
  }),
  accepted('issued in the future within the leeway', user, {
    token: es256(header, { ...userPayload, iat: NOW + 4, exp: NOW + 64 }),
  }),
]

const bad = [
  // Not for us
  refused('aud of another subgraph', withPayload({ aud: 'auth' })),
  refused('aud absent', withPayload({ aud: undefined })),
  refused('aud a list that holds ours', withPayload({ aud: [SUBGRAPH] })),
  refused('aud a list of ours and another', withPayload({ aud: [SUBGRAPH, 'auth'] })),
  refused('iss of another', withPayload({ iss: 'https://evil.example' })),
  refused('iss with a trailing slash', withPayload({ iss: `${ISSUER}/` })),
  refused('iss in another case', withPayload({ iss: 'https://API.example.com' })),
  refused('iss absent', withPayload({ iss: undefined })),
  // Not now
  refused('expired beyond the leeway', withPayload({ iat: NOW - 66, exp: NOW - 6 })),
  refused('iat in the future', withPayload({ iat: NOW + 6, exp: NOW + 50 })),
  refused('nbf in the future', withPayload({ nbf: NOW + 6 })),
  refused('a lifetime of more than 60 seconds', withPayload({ exp: times.iat + 61 })),
  refused('exp in the year 9999', withPayload({ exp: 253_402_300_799 })),
  refused('exp before iat', withPayload({ iat: NOW, exp: NOW - 1 })),
  refused('exp absent', withPayload({ exp: undefined })),
  refused('exp a string', withPayload({ exp: String(times.exp) })),
  refused('exp null', withPayload({ exp: null })),
  refused('iat absent', withPayload({ iat: undefined })),
  refused('iat a fraction', withPayload({ iat: NOW - 10.5 })),
  // Not signed by the gateway
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) =>
    refused(`alg ${alg}, no signature`, `${part({ ...header, alg })}.${part(userPayload)}.`),
  ),
  refused('alg none, with a signature', es256({ ...header, alg: 'none' }, userPayload)),
  refused('HS256 with our public JWK as the secret', hs256(JSON.stringify(currentJwk))),
  refused('HS256 with our JWK Set as the secret', hs256(JSON.stringify(jwks))),
  refused('HS256 with our public PEM as the secret', hs256(pem(current.publicKey))),
  refused('HS256 with an empty secret', hs256('')),
  refused('ES256 by a key that is not published', es256(header, userPayload, stranger.privateKey)),
  refused('RS256 by a published key', rs256({ ...header, alg: 'RS256', kid: 'other-rsa' })),
  refused('ES256 in name, with the kid of an RSA key', rs256({ ...header, kid: 'other-rsa' })),
  refused('ES384 by a published key', es384({ ...header, alg: 'ES384', kid: 'other-p384' })),
  refused('the payload edited', edited()),
  refused('the signature cut short', valid.slice(0, -4)),
  refused('the signature of zeros', withSignature(Buffer.alloc(64))),
  refused(
    'the signature of another token',
    withSignature(signatureOf(withPayload({ sub: 'usr_2' }))),
  ),
  refused('the signature in DER', withSignature(derSignature())),
  // Not this kind of token
  refused('typ of an access token', withHeader({ typ: 'at+jwt' })),
  refused('typ JWT', withHeader({ typ: 'JWT' })),
  refused('typ absent', withHeader({ typ: undefined })),
  refused('kid absent', withHeader({ kid: undefined })),
  refused('kid unknown', withHeader({ kid: 'unknown' })),
  refused('kid a path', withHeader({ kid: '../../dev/null' })),
  refused('kid a member of every object', withHeader({ kid: '__proto__' })),
  refused('kid a list', withHeader({ kid: ['current'] })),
  refused('kid of 10 KB', withHeader({ kid: 'k'.repeat(10_240) })),
  refused('crit that nobody knows', withHeader({ crit: ['exp2'], exp2: 1 })),
  refused('b64 false', withHeader({ crit: ['b64'], b64: false })),
  refused('jwk in the header, signed by it', attackersKey({ jwk: publicJwk(stranger.publicKey) })),
  refused('jku in the header', attackersKey({ jku: 'https://evil.example/jwks.json' })),
  refused('x5u in the header', attackersKey({ x5u: 'https://evil.example/cert.pem' })),
  refused('zip in the header', withHeader({ zip: 'DEF' })),
  // Not this spelling
  refused('padding', `${valid}==`),
  refused('a space after it', `${valid} `),
  refused('a newline after it', `${valid}\n`),
  refused('a newline within the signature', `${valid.slice(0, -10)}\n${valid.slice(-10)}`),
  refused('other padding bits', otherPaddingBits(valid)),
  refused(
    'base64 instead of base64url',
    `${valid.slice(0, valid.lastIndexOf('.') + 1)}${base64Signature()}`,
  ),
  refused('two parts', valid.split('.').slice(0, 2).join('.')),
  refused('five parts', `${valid}.e30.e30`),
  refused('nothing', ''),
  refused('two tokens, as joined headers', `${valid}, ${valid}`),
  refused('a payload that is not JSON', es256(header, 'kind=user')),
  refused('a payload that is a list', es256(header, [userPayload])),
  refused('more than 8 KB', withPayload({ padding: 'x'.repeat(8192) })),
  // Not claims
  refused('ver absent', withPayload({ ver: undefined })),
  refused('ver of the future', withPayload({ ver: 2 })),
  refused('kind absent', withPayload({ kind: undefined })),
  refused('kind unknown', withPayload({ kind: 'admin' })),
  refused('kind a list', withPayload({ kind: ['user'] })),
  refused('a user without sub', withPayload({ sub: undefined })),
  refused('an API key without sub', withPayload({ kind: 'api-key', key_id: 'k', sub: undefined })),
  refused('a client without client_id', withPayload({ kind: 'client', sub: undefined })),
  refused(
    'a client with a sub',
    es256(header, { ...envelope, kind: 'client', client_id: 'cli_1', sub: 'usr_1' }),
  ),
  refused(
    'a person of a trusted issuer without sub',
    withPayload({ sub: undefined, sub_iss: 'x' }),
  ),
  refused(
    'a person of a trusted issuer who is an admin',
    withPayload({ sub_iss: 'https://id.example.org', roles: ['admin'] }),
  ),
  refused(
    'an API key of a trusted issuer',
    withPayload({ kind: 'api-key', key_id: 'k', sub_iss: 'https://id.example.org' }),
  ),
  refused('sub_iss empty', withPayload({ sub_iss: '' })),
  refused('sub_iss a list', withPayload({ sub_iss: ['https://id.example.org'] })),
  refused('sub of 256 characters', withPayload({ sub: 'u'.repeat(256) })),
  refused('sub empty', withPayload({ sub: '' })),
  refused('sub an object', withPayload({ sub: { id: 'usr_1' } })),
  refused('sub a list', withPayload({ sub: ['usr_1'] })),
  refused(
    'an anonymous caller with a sub',
    es256(header, { ...envelope, kind: 'anonymous', sub: 'usr_1' }),
  ),
  refused(
    'an anonymous caller with a role',
    es256(header, { ...envelope, kind: 'anonymous', roles: ['admin'] }),
  ),
  refused('roles a string', withPayload({ roles: 'admin' })),
  refused('roles with a number', withPayload({ roles: ['user', 1] })),
  refused('scope a list', withPayload({ scope: ['reviews:read'] })),
  refused('email_verified a string', withPayload({ email_verified: 'true' })),
  refused('mfa_time a string', withPayload({ mfa_time: String(NOW) })),
  refused('auth_time a string', withPayload({ auth_time: String(NOW) })),
  refused('custom a list', withPayload({ custom: ['team'] })),
  refused('custom claims inside each other', withPayload({ custom: { plan: { name: 'team' } } })),
]

const vectors = {
  description:
    'Identity tokens that a subgraph must accept (good) or refuse with 401 (bad), at the time now.',
  issuer: ISSUER,
  subgraph: SUBGRAPH,
  now: NOW,
  leewaySeconds: LEEWAY_SECONDS,
  maxLifetimeSeconds: 60,
  jwks,
  good,
  bad,
}
const file = path ?? fileURLToPath(new URL('identity-tokens.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`)
console.log(`wrote ${good.length} good and ${bad.length} bad tokens to ${file}`)

function accepted(name: string, payload: ClaimsPayload, { token }: { token?: string } = {}) {
  const claims = claimsFromPayload({ ...payload })
  const made = token ?? es256(header, { ...envelope, ...payload })
  return { name, token: made, claims, isSignedIn: isSignedIn(claims) }
}

function refused(name: string, token: string) {
  return { name, token }
}

function withPayload(change: Json): string {
  return es256(header, { ...userPayload, ...change })
}

function withHeader(change: Json): string {
  return es256({ ...header, ...change }, userPayload)
}

function withSignature(signature: Buffer): string {
  return `${signedPart(header, userPayload)}.${signature.toString('base64url')}`
}

function attackersKey(change: Json): string {
  return es256({ ...header, ...change }, userPayload, stranger.privateKey)
}

function edited(): string {
  const [first, , last] = valid.split('.')
  return `${first}.${part({ ...userPayload, sub: 'usr_2' })}.${last}`
}

/** The last character of 64 bytes in base64url holds four bits that decode to nothing. */
function otherPaddingBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) + 1]
}

/** Until one has a character in which the two alphabets differ. */
function base64Signature(): string {
  for (;;) {
    const text = sign('sha256', Buffer.from(signedPart(header, userPayload)), {
      key: current.privateKey,
      dsaEncoding: 'ieee-p1363',
    }).toString('base64')
    if (/[+/]/.test(text)) return text.replaceAll('=', '')
  }
}

function derSignature(): Buffer {
  return sign('sha256', Buffer.from(signedPart(header, userPayload)), current.privateKey)
}

function signatureOf(token: string): Buffer {
  return Buffer.from(token.split('.')[2] ?? '', 'base64url')
}

function es256(head: Json, payload: unknown, key: KeyObject = current.privateKey): string {
  return signed(head, payload, (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }))
}

function es384(head: Json): string {
  const key = p384.privateKey
  return signed(head, userPayload, (data) =>
    sign('sha384', data, { key, dsaEncoding: 'ieee-p1363' }),
  )
}

function rs256(head: Json): string {
  return signed(head, userPayload, (data) => sign('sha256', data, rsa.privateKey))
}

function hs256(secret: string): string {
  const hmac = (data: Buffer) => createHmac('sha256', secret).update(data).digest()
  return signed({ ...header, alg: 'HS256' }, userPayload, hmac)
}

function signed(head: Json, payload: unknown, signer: (data: Buffer) => Buffer): string {
  const data = signedPart(head, payload)
  return `${data}.${signer(Buffer.from(data)).toString('base64url')}`
}

function signedPart(head: Json, payload: unknown): string {
  return `${part(head)}.${part(payload)}`
}

function part(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64url')
}

function publicJwk(key: KeyObject, more: Json = {}): JsonWebKey {
  return {
    ...createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' }),
    ...more,
  }
}

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
