// /.well-known/sallyport: what a client reads before it sends anything, and what it never tells.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startGateway } from './start-gateway.ts'

const PATH = '/.well-known/sallyport'
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

test('names, ways in, features and versions, cacheable, and asked of auth once', async () => {
  await using stack = await startGateway({ yaml: { file: 'denied: filter\n' } })
  const { url } = stack.gateway
  const answers = await Promise.all([1, 2, 3].map(() => fetch(url + PATH)))
  const [first] = answers
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(first?.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(first?.headers.get('cache-control')).toBe('public, max-age=60')
  const text = (await first?.text()) ?? ''
  expect(JSON.parse(text)).toEqual({
    version: 1,
    sallyport: version.split('.').slice(0, 2).join('.'),
    issuer: url,
    graphql: `${url}/graphql`,
    jwks: `${url}/.well-known/jwks.json`,
    names: {},
    omitted: [],
    signIn: {
      password: true,
      emailCode: true,
      passkey: false,
      providers: [{ id: 'acme', name: 'Acme' }],
      registration: 'invite',
    },
    features: { denied: 'filter', trustedDocuments: 'off', automaticDocuments: false },
  })
  expect(text).not.toContain('not for strangers')
  expect(text).not.toContain(stack.auth.url)
  expect(stack.auth.calls('/internal/ways-in')).toHaveLength(1)
})

test('it can be read by HEAD and GET alone, and takes no credential in its address', async () => {
  await using stack = await startGateway()
  const url = stack.gateway.url + PATH
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${url}?access_token=x`)).status).toBe(400)
})

test('while auth is unavailable it tells what auth said last, and before that 503', async () => {
  let clock = 0
  const monotonic = () => performance.now() + clock
  await using stack = await startGateway({ deps: { monotonic } })
  const url = stack.gateway.url + PATH
  stack.auth.switches.isDown = true
  const before = await fetch(url)
  expect([before.status, before.headers.get('cache-control')]).toEqual([503, 'no-store'])
  stack.auth.switches.isDown = false
  const known = await fetch(url)
  expect(known.status).toBe(200)
  stack.auth.switches.isDown = true
  // Older than what is kept: auth is asked, and does not answer.
  clock = 60_000
  const asked = stack.auth.calls('/internal/ways-in').length
  expect(await (await fetch(url)).json()).toEqual(await known.json())
  expect(stack.auth.calls('/internal/ways-in').length).toBeGreaterThan(asked)
})
