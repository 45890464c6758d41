// The reader of identity tokens, as a subgraph meets it: headers in, claims or a coded refusal out.
import { anonymousClaims, type Claims, createIdentityReader } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { expect, test } from 'vitest'

const ISSUER = 'https://api.example.com'
const signer = await createIdentitySigner({
  keys: { keys: [await generateIdentityKey()] },
  issuer: ISSUER,
})
const { publicJwks: jwks } = signer
const UNAUTHENTICATED = { code: 'UNAUTHENTICATED', status: 401 }

test('a token is read from Node headers and from fetch headers alike', async () => {
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  const claims = await reader.read({ 'sallyport-identity': token })
  expect(claims).toMatchObject({ kind: 'user', subject: 'usr_1' })
  expect(await reader.read(new Headers({ 'Sallyport-Identity': token }))).toEqual(claims)
})

test('with header authorization it is a bearer token, and the other header does not count', async () => {
  const header = 'authorization'
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks, header })
  const token = await signer.sign('reviews', { kind: 'anonymous' })
  expect(await reader.read({ authorization: `Bearer ${token}` })).toEqual(anonymousClaims)
  await expect(reader.read({ 'sallyport-identity': token })).rejects.toMatchObject(UNAUTHENTICATED)
  await expect(reader.read({ authorization: token })).rejects.toMatchObject(UNAUTHENTICATED)
})

test('no header, or two of them, is unauthenticated and never anonymous', async () => {
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  for (const headers of [{}, { 'sallyport-identity': '' }]) {
    await expect(reader.read(headers)).rejects.toMatchObject(UNAUTHENTICATED)
  }
  const twice = new Headers([
    ['sallyport-identity', token],
    ['sallyport-identity', token],
  ])
  await expect(reader.read(twice)).rejects.toMatchObject(UNAUTHENTICATED)
  await expect(reader.read({ 'sallyport-identity': [token, token] })).rejects.toMatchObject(
    UNAUTHENTICATED,
  )
})

test('keys that cannot be had are a 503 that says nothing about the caller', async () => {
  const reader = createIdentityReader({
    subgraph: 'reviews',
    issuer: ISSUER,
    fetch: async () => new Response('away', { status: 502 }),
  })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  await expect(reader.verify(token)).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1, http: { status: 503 } },
  })
})

test('the keys are looked for under the issuer unless told otherwise', async () => {
  const asked: string[] = []
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url))
    return Response.json(jwks)
  }
  const token = await signer.sign('reviews', { kind: 'anonymous' })
  await createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, fetch }).verify(token)
  const jwksUrl = 'http://gateway:4000/keys'
  await createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwksUrl, fetch }).verify(token)
  expect(asked).toEqual([`${ISSUER}/.well-known/identity-jwks.json`, jwksUrl])
})

test('a remembered token is refused once it has expired', async () => {
  let now = Date.now()
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks, now: () => now })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  await reader.verify(token)
  now += 30_000
  await expect(reader.verify(token)).resolves.toMatchObject({ subject: 'usr_1' })
  now += 40_000
  await expect(reader.verify(token)).rejects.toMatchObject(UNAUTHENTICATED)
})

test('a remembered token lends nothing to another spelling of it', async () => {
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  await reader.verify(token)
  for (const other of [`${token} `, `${token}=`, `${token.slice(0, -1)}`]) {
    await expect(reader.verify(other)).rejects.toMatchObject(UNAUTHENTICATED)
  }
})

test('claims are frozen through and through', async () => {
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks })
  const payload = {
    kind: 'user',
    sub: 'usr_1',
    roles: ['user'],
    scope: 'a b',
    amr: ['pwd'],
  } as const
  const token = await signer.sign('reviews', {
    ...payload,
    roles: [...payload.roles],
    amr: [...payload.amr],
  })
  const claims: Claims = await reader.verify(token)
  for (const part of [claims, claims.roles, claims.scopes, claims.amr]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('a refusal keeps its reason for the log and out of the message', async () => {
  const reader = createIdentityReader({ subgraph: 'auth', issuer: ISSUER, jwks })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  const error = await reader.verify(token).then(
    () => new Error('accepted'),
    (refusal: Error) => refusal,
  )
  expect(error.message).not.toMatch(/aud/)
  expect(error.cause).toMatchObject({ code: 'INVALID', message: 'aud is not the audience' })
})
