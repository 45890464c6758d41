// The committed test vectors, against our own reader: what we tell other languages holds here too.
import { createIdentityReader, isSignedIn } from '@sallyport/claims'
import vectors from '@sallyport/claims/vectors/identity-tokens.json' with { type: 'json' }
import type { JSONWebKeySet } from 'jose'
import { describe, expect, test } from 'vitest'

const reader = createIdentityReader({
  subgraph: vectors.subgraph,
  issuer: vectors.issuer,
  jwks: vectors.jwks as JSONWebKeySet,
  now: () => vectors.now * 1000,
})

describe('good identity tokens are read', () => {
  test.each(vectors.good)('$name', async ({ token, claims, isSignedIn: expected }) => {
    const read = await reader.verify(token)
    expect(read).toEqual(claims)
    expect(isSignedIn(read)).toBe(expected)
  })
})

describe('bad identity tokens are refused as unauthenticated', () => {
  test.each(vectors.bad)('$name', async ({ token }) => {
    const refusal = { code: 'UNAUTHENTICATED', status: 401, extensions: { http: { status: 401 } } }
    await expect(reader.verify(token)).rejects.toMatchObject(refusal)
    await expect(reader.read({ 'sallyport-identity': token })).rejects.toMatchObject(refusal)
  })
})

test('every bad token is unlike every good one', () => {
  const good = new Set(vectors.good.map(({ token }) => token))
  expect(vectors.bad.filter(({ token }) => good.has(token))).toEqual([])
})

test('the committed keys hold no private part', () => {
  for (const key of vectors.jwks.keys) expect(key).not.toHaveProperty('d')
})
