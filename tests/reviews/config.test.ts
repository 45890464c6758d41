// Settings are read once, every problem is told at once, and nothing insecure is a default.
import { expect, test } from 'vitest'
import { readReviewsConfig } from '../../subgraphs/reviews/config.ts'

test('without any setting it is a loopback server on the embedded database', () => {
  expect(readReviewsConfig({})).toEqual({
    isProduction: false,
    host: '127.0.0.1',
    port: 4002,
    publicUrl: 'http://localhost:4000',
    identityJwksUrl: 'http://localhost:4000/.well-known/identity-jwks.json',
    databaseUrl: null,
    dataDir: './data',
    nats: null,
    logLevel: 'info',
  })
})

test('its own database comes before the common one, and the keys come from the public URL', () => {
  const config = readReviewsConfig({
    PUBLIC_URL: 'https://api.example.com/',
    DATABASE_URL: 'postgresql://db/all',
    REVIEWS_DATABASE_URL: 'postgresql://db/reviews',
  })
  expect(config.databaseUrl).toBe('postgresql://db/reviews')
  expect(config.publicUrl).toBe('https://api.example.com')
  expect(config.identityJwksUrl).toBe('https://api.example.com/.well-known/identity-jwks.json')
})

test('its own NATS user comes before the common one', () => {
  const common = { NATS_URL: 'nats://auth:a@nats:4222', NATS_CREDENTIALS_FILE: '/auth.creds' }
  expect(readReviewsConfig(common).nats).toEqual({
    url: common.NATS_URL,
    credentialsFile: '/auth.creds',
  })
  const own = { REVIEWS_NATS_URL: 'tls://one:4222,tls://two:4222' }
  expect(readReviewsConfig({ ...common, ...own }).nats?.url).toBe(own.REVIEWS_NATS_URL)
  expect(() => readReviewsConfig({ NATS_URL: 'http://nats' })).toThrow('NATS_URL: must be nats://')
})

test('every problem is told in one message', () => {
  const read = () =>
    readReviewsConfig({
      REVIEWS_PORT: '99999',
      DATABASE_URL: 'mysql://x',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'x',
    })
  for (const name of ['REVIEWS_PORT', 'DATABASE_URL', 'HOST', 'PUBLIC_URL'])
    expect(read).toThrow(name)
})

test('outside production another address than loopback stops the start', () => {
  for (const HOST of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com']) {
    expect(() => readReviewsConfig({ HOST })).toThrow('not loopback')
  }
  for (const HOST of ['127.0.0.1', 'localhost', '::1'])
    expect(readReviewsConfig({ HOST }).host).toBe(HOST)
})

test('in production the database and the public URL must be said', () => {
  const NODE_ENV = 'production'
  expect(() => readReviewsConfig({ NODE_ENV })).toThrow(
    /REVIEWS_DATABASE_URL: missing[\s\S]*PUBLIC_URL: missing/,
  )
  const given = {
    NODE_ENV,
    PUBLIC_URL: 'https://a.example',
    DATABASE_URL: 'postgresql://db/x',
    HOST: '0.0.0.0',
  }
  expect(readReviewsConfig(given)).toMatchObject({ isProduction: true, host: '0.0.0.0' })
})
