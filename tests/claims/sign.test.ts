// The signer refuses keys that would let somebody else sign, and payloads that nobody could read.
import { createIdentityReader } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose'
import { expect, test } from 'vitest'

const ISSUER = 'https://api.example.com'
const key = await generateIdentityKey()
const other = await generateIdentityKey()
const signerOf = (...keys: JWK[]) => createIdentitySigner({ keys: { keys }, issuer: ISSUER })

test('the first key signs and the public parts of all are published', async () => {
  const signer = await signerOf(key, other)
  const token = await signer.sign('reviews', { kind: 'anonymous' })
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'identity+jwt', kid: key.kid })
  expect(signer.publicJwks.keys.map(({ kid }) => kid)).toEqual([key.kid, other.kid])
  for (const published of signer.publicJwks.keys) {
    expect(Object.keys(published).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  }
})

test('a token is for one subgraph, from one issuer, for 60 seconds at most', async () => {
  const now = 1_750_000_000_000
  const signer = await createIdentitySigner({
    keys: { keys: [key] },
    issuer: ISSUER,
    now: () => now,
  })
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1', scope: 'a b' })
  expect(decodeJwt(token)).toEqual({
    iss: ISSUER,
    aud: 'reviews',
    iat: 1_750_000_000,
    exp: 1_750_000_060,
    ver: 1,
    kind: 'user',
    sub: 'usr_1',
    scope: 'a b',
  })
  for (const lifetime of [0, -1, 61, 1.5, Number.NaN]) {
    await expect(signer.sign('reviews', { kind: 'anonymous' }, lifetime)).rejects.toThrow(
      RangeError,
    )
  }
  await expect(signer.sign('', { kind: 'anonymous' })).rejects.toThrow(RangeError)
})

test('a payload cannot change for whom, by whom or how long', async () => {
  const signer = await signerOf(key)
  const payload = {
    kind: 'user',
    sub: 'usr_1',
    aud: 'auth',
    iss: 'evil',
    exp: 9e9,
    ver: 2,
  } as const
  const token = await signer.sign('reviews', payload)
  expect(decodeJwt(token)).toMatchObject({ aud: 'reviews', iss: ISSUER, ver: 1 })
  const { publicJwks: jwks } = signer
  const reader = createIdentityReader({ subgraph: 'reviews', issuer: ISSUER, jwks })
  await expect(reader.verify(token)).resolves.toMatchObject({ subject: 'usr_1' })
})

test('claims that a reader would refuse are not signed', async () => {
  const signer = await signerOf(key)
  await expect(signer.sign('reviews', { kind: 'user' })).rejects.toThrow('need "sub"')
  const contradiction = { kind: 'anonymous', sub: 'usr_1' } as const
  await expect(signer.sign('reviews', contradiction)).rejects.toThrow('anonymous')
})

test('weak, symmetric, public, foreign and mismatched keys are refused', async () => {
  const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey)
  const es384 = await exportJWK((await generateKeyPair('ES384', { extractable: true })).privateKey)
  const { d: _, ...publicKey } = key
  const refused: [JWK, RegExp][] = [
    [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }, /symmetric/],
    [{ ...rsa, kid: 'a' }, /not for ES256/],
    [{ ...es384, kid: 'a' }, /not for ES256/],
    [{ ...key, alg: 'HS256' }, /another alg/],
    [{ ...key, use: 'enc' }, /another use/],
    [publicKey, /not a private key/],
    [{ ...key, kid: '../a' }, /kid/],
    [{ kty: 'EC', crv: 'P-256' }, /kid/],
    [{ ...key, x: String(other.x), y: String(other.y) }, /not a working key pair/],
  ]
  for (const [bad, reason] of refused) await expect(signerOf(bad)).rejects.toThrow(reason)
  await expect(signerOf()).rejects.toThrow('there is none')
  await expect(signerOf(key, key)).rejects.toThrow('same kid')
})
