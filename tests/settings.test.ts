// Settings that every part reads for itself and that must mean the same to each.
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { readGatewayConfig } from '../gateway/config.ts'
import { readAuthConfig } from '../subgraphs/auth/config.ts'
import { readReviewsConfig } from '../subgraphs/reviews/config.ts'

const secret = `1:${randomBytes(32).toString('base64')}`
const secrets = {
  PASSWORD_PEPPER: secret,
  CODE_KEY: secret,
  API_KEY_PEPPER: secret,
  KEY_ENCRYPTION_KEY: secret,
}
const parts = [
  ['gateway', readGatewayConfig],
  ['auth', (env: Record<string, string>) => readAuthConfig({ ...secrets, ...env })],
  ['reviews', readReviewsConfig],
] as const

test.each(parts)('the %s reads every spelling of an origin as one issuer', (_, read) => {
  for (const [PUBLIC_URL, publicUrl] of [
    ['https://Graph.Example.com', 'https://graph.example.com'],
    ['HTTPS://graph.example.com/', 'https://graph.example.com'],
    ['https://graph.example.com:443', 'https://graph.example.com'],
    ['http://localhost:80', 'http://localhost'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://[0:0:0:0:0:0:0:1]:4000', 'http://[::1]:4000'],
  ] as const) {
    expect(read({ PUBLIC_URL }).publicUrl, PUBLIC_URL).toBe(publicUrl)
  }
  expect(read({ PORT: '80' }).publicUrl).toBe('http://localhost')
})

test.each(parts)('the %s refuses what is no origin', (_, read) => {
  for (const PUBLIC_URL of [
    'https://graph.example.com/graphql',
    'https://graph.example.com//',
    'https://graph.example.com?a=b',
    'https://graph.example.com/#a',
    'https://user:secret@graph.example.com',
    'ftp://graph.example.com',
    'graph.example.com',
    'http://[',
  ]) {
    expect(() => read({ PUBLIC_URL }), PUBLIC_URL).toThrow(/PUBLIC_URL/)
  }
})

test('gateway and auth take the same lifetimes of access tokens', () => {
  const auth = (ACCESS_TOKEN_MINUTES: string) =>
    readAuthConfig({ ...secrets, ACCESS_TOKEN_MINUTES }).accessTokenSeconds
  const gateway = (ACCESS_TOKEN_MINUTES: string) =>
    readGatewayConfig({ ACCESS_TOKEN_MINUTES }).accessTokenMaxSeconds
  for (const minutes of ['1', '10', '60']) {
    expect([auth(minutes), gateway(minutes)]).toEqual(Array(2).fill(Number(minutes) * 60))
  }
  for (const minutes of ['0', '1.5', '-1', 'ten']) {
    for (const read of [auth, gateway]) {
      expect(() => read(minutes), minutes).toThrow('ACCESS_TOKEN_MINUTES')
    }
  }
})
