// The one strict check, where identity tokens do not reach: access tokens, keys, and what it costs to be refused.
import { verifyStrictJwt } from '@sallyport/claims/jwt'
import { type CryptoKey, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'

const { privateKey, publicKey } = await generateKeyPair('ES256')
const NOW = 1_750_000_000
const payload = { iss: 'iss', aud: 'aud', iat: NOW, exp: NOW + 600, sub: 'usr_1' }

const options = {
  typ: 'at+jwt',
  issuer: 'iss',
  audience: 'aud',
  maxLifetimeSeconds: 600,
  getKey: (kid: string): CryptoKey | undefined => (kid === 'k1' ? publicKey : undefined),
  now: () => NOW * 1000,
}

function sign(change: Record<string, unknown> = {}) {
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' }
  return new SignJWT({ ...payload, ...change }).setProtectedHeader(header).sign(privateKey)
}

test('a good token yields its payload and kid', async () => {
  const result = await verifyStrictJwt(await sign(), options)
  expect(result).toEqual({ header: { alg: 'ES256', typ: 'at+jwt', kid: 'k1' }, payload, kid: 'k1' })
})

test('a token of one typ is refused as another', async () => {
  const other = { ...options, typ: 'identity+jwt' }
  await expect(verifyStrictJwt(await sign(), other)).rejects.toMatchObject({ code: 'INVALID' })
})

test('only a token that is good otherwise is told that it has expired', async () => {
  const late = { ...options, now: () => (NOW + 605) * 1000 }
  await expect(verifyStrictJwt(await sign(), late)).rejects.toMatchObject({ code: 'EXPIRED' })
  const forged = `${(await sign()).slice(0, -6)}AAAAAA`
  await expect(verifyStrictJwt(forged, late)).rejects.toMatchObject({ code: 'INVALID' })
  const elsewhere = await sign({ aud: 'other' })
  await expect(verifyStrictJwt(elsewhere, late)).rejects.toMatchObject({ code: 'INVALID' })
})

test('the leeway is five seconds on either side, and can be none', async () => {
  const at = (seconds: number) => ({ ...options, now: () => (NOW + seconds) * 1000 })
  await expect(verifyStrictJwt(await sign(), at(604))).resolves.toBeDefined()
  await expect(verifyStrictJwt(await sign(), at(-5))).resolves.toBeDefined()
  await expect(verifyStrictJwt(await sign(), at(-6))).rejects.toMatchObject({ code: 'INVALID' })
  const exact = { ...at(600), leewaySeconds: 0 }
  await expect(verifyStrictJwt(await sign(), exact)).rejects.toMatchObject({ code: 'EXPIRED' })
})

test('keys that cannot be had are no verdict on the token', async () => {
  const getKey = async () => {
    throw new Error('connect ECONNREFUSED')
  }
  await expect(verifyStrictJwt(await sign(), { ...options, getKey })).rejects.toMatchObject({
    code: 'KEYS_UNAVAILABLE',
  })
})

test('a key that is not for ES256 verifies nothing', async () => {
  const rsa = await generateKeyPair('RS256')
  for (const key of [rsa.publicKey, privateKey]) {
    const getKey = () => key
    await expect(verifyStrictJwt(await sign(), { ...options, getKey })).rejects.toMatchObject({
      code: 'INVALID',
    })
  }
})

test('what is malformed is refused before any key is asked for', async () => {
  const asked: string[] = []
  const getKey = (kid: string) => {
    asked.push(kid)
    return publicKey
  }
  const token = await sign()
  const malformed = [
    'x'.repeat(1_000_000),
    `${token}.${token}`,
    `${token}\n`,
    token.replace('.', '..'),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
    await new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: "' or 1=1 --" })
      .sign(privateKey),
  ]
  for (const bad of malformed) {
    await expect(verifyStrictJwt(bad, { ...options, getKey })).rejects.toMatchObject({
      code: 'INVALID',
    })
  }
  await expect(
    verifyStrictJwt({ toString: () => token } as unknown as string, { ...options, getKey }),
  ).rejects.toMatchObject({ code: 'INVALID' })
  expect(asked).toEqual([])
})

test('an error holds nothing of the token', async () => {
  const token = await sign({ aud: 'secret-audience' })
  const error = await verifyStrictJwt(token, options).then(
    () => new Error('accepted'),
    (refusal: Error) => refusal,
  )
  expect(JSON.stringify([error.message, error.stack])).not.toContain('secret-audience')
})
