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

test.each(parts)('the %s refuses what is not an origin', (_, read) => {
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

test.each(parts)('the %s tells everything that is wrong at once, by name', (_, read) => {
  const wrong = {
    PORT: 'x',
    HOST: '0.0.0.0',
    PUBLIC_URL: 'ftp://x',
    LOG_LEVEL: 'loud',
  }
  for (const name of Object.keys(wrong)) expect(() => read(wrong)).toThrow(`\n- ${name}: `)
  for (const PORT of ['-1', '65536', '1.5', '0x']) expect(() => read({ PORT })).toThrow('PORT: ')
})

test.each(parts)('the %s takes an empty value for none', (_, read) => {
  const names = ['PORT', 'HOST', 'PUBLIC_URL', 'LOG_LEVEL', 'DATA_DIR', 'NODE_ENV']
  const empty = Object.fromEntries(names.map((name) => [name, '']))
  expect(read(empty)).toEqual(expect.objectContaining(withoutVariables(read({}))))
})

test.each(parts)('the %s listens on loopback alone outside production', (_, read) => {
  for (const HOST of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) {
    expect(read({ HOST }).host).toBe(HOST)
  }
  for (const HOST of ['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example.com', 'localhost.example']) {
    expect(() => read({ HOST }), HOST).toThrow(/HOST: .*NODE_ENV=production/)
  }
})

test('all parts have one data folder', () => {
  expect(new Set(parts.map(([, read]) => read({}).dataDir)).size).toBe(1)
})

/** What `supergraph.yaml` may name is the environment itself; secrets are other objects each time. */
function withoutVariables(config: object): object {
  return Object.fromEntries(
    Object.entries(config).filter(([name]) => name !== 'variables' && name !== 'secrets'),
  )
}
