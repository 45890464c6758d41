// Keys from a URL: rotation is followed, an absent origin is survived, forged kids cost it nothing.
import { createJwks, createLocalJwks } from '@sallyport/claims/jwt'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import type { JSONWebKeySet } from 'jose'
import { expect, test } from 'vitest'

const oldKey = await generateIdentityKey()
const newKey = await generateIdentityKey()
const oldKid = String(oldKey.kid)
const newKid = String(newKey.kid)
const publicOf = async (...keys: (typeof oldKey)[]): Promise<JSONWebKeySet> =>
  (await createIdentitySigner({ keys: { keys }, issuer: 'x' })).publicJwks

/** An origin that can be changed and counted, with a clock of its own. */
function origin(answer: JSONWebKeySet | null) {
  const state = { answer, fetches: 0, now: 1_000_000 }
  const fetch = async () => {
    state.fetches += 1
    return state.answer ? Response.json(state.answer) : new Response('', { status: 503 })
  }
  const jwks = createJwks({ url: 'http://origin/jwks', fetch, now: () => state.now })
  return { state, jwks }
}

test('many unknown kids cause one fetch in 30 seconds', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  await jwks.getKey(oldKid)
  state.now += 29_000
  await Promise.all(Array.from({ length: 500 }, (_, i) => jwks.getKey(`forged-${i}`)))
  expect(state.fetches).toBe(1)
  state.now += 2_000
  await Promise.all(Array.from({ length: 500 }, (_, i) => jwks.getKey(`forged-${i}`)))
  expect(state.fetches).toBe(2)
})

test('concurrent first requests share one fetch', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  const keys = await Promise.all(Array.from({ length: 50 }, () => jwks.getKey(oldKid)))
  expect(keys.every((key) => key?.type === 'public')).toBe(true)
  expect(state.fetches).toBe(1)
})

test('a new key is found, and a withdrawn one is gone, after the refresh', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  await jwks.getKey(oldKid)
  state.answer = await publicOf(newKey)
  state.now += 31_000
  expect(await jwks.getKey(newKid)).toBeDefined()
  expect(await jwks.getKey(oldKid)).toBeUndefined()
})

test('the last good keys serve while the origin is away', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  await jwks.getKey(oldKid)
  state.answer = null
  state.now += 3_600_000
  expect(await jwks.getKey(oldKid)).toBeDefined()
  await expect(jwks.refresh()).rejects.toThrow('503')
  expect(await jwks.getKey(oldKid)).toBeDefined()
})

test('an unknown kid while the origin is away is undecided, not unknown', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  await jwks.getKey(oldKid)
  state.answer = null
  state.now += 31_000
  await expect(jwks.getKey(newKid)).rejects.toThrow('away')
})

test('an origin that was unavailable at first is asked again within seconds', async () => {
  const { state, jwks } = origin(null)
  await expect(jwks.getKey(oldKid)).rejects.toThrow('no keys')
  await expect(jwks.getKey(oldKid)).rejects.toThrow('no keys')
  expect(state.fetches).toBe(1)
  state.answer = await publicOf(oldKey)
  state.now += 1_500
  expect(await jwks.getKey(oldKid)).toBeDefined()
})

test('an answer that is not a key set leaves the good one in place', async () => {
  const { state, jwks } = origin(await publicOf(oldKey))
  await jwks.getKey(oldKid)
  for (const answer of [{}, { keys: [] }, { keys: [{ kty: 'oct', k: 'AAAA', kid: oldKid }] }, []]) {
    state.answer = answer as JSONWebKeySet
    await expect(jwks.refresh()).rejects.toThrow()
    expect(await jwks.getKey(oldKid)).toBeDefined()
  }
})

test('an endless answer is cut off', async () => {
  const fetch = async () => new Response('{"keys":['.padEnd(300_000, ' '))
  await expect(createJwks({ url: 'http://origin', fetch }).refresh()).rejects.toThrow('256 KB')
})

test('a redirect is not followed', async () => {
  let mode: string | undefined
  const fetch = async (_: unknown, init?: RequestInit) => {
    mode = init?.redirect
    return Response.json(await publicOf(oldKey))
  }
  await createJwks({ url: 'http://origin', fetch }).refresh()
  expect(mode).toBe('error')
})

test('private, symmetric and other keys in a set are passed over', async () => {
  const { keys } = await publicOf(newKey)
  const jwks = await createLocalJwks({
    keys: [oldKey, { kty: 'oct', k: 'AAAA', kid: 'sym' }, { kty: 'RSA', kid: 'rsa' }, ...keys],
  })
  expect(await jwks.getKey(oldKid)).toBeUndefined()
  expect(await jwks.getKey('sym')).toBeUndefined()
  expect(await jwks.getKey('__proto__')).toBeUndefined()
  expect(await jwks.getKey(newKid)).toMatchObject({ type: 'public' })
})
