// The documented clients in a real browser, which alone decides about cookies, sites and origins.
import { readFileSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createViteServer } from 'vitest/node'
import { raiseTokenVersion } from '../../subgraphs/auth/users/raise-token-version.ts'
import { createExampleFolder } from '../docs/example-folder.ts'
import { freePorts } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../people.ts'
import type { Application } from './page/main.ts'

declare const application: Application

const LOGIN = `mutation Login($input: LoginInput!) {
  login(input: $input) { ... on SignedIn { tokens { accessToken refreshToken } user { email } } }
}`
const VIEWER = 'query Viewer { viewer { user { email displayName } } }'
const RENAME = `mutation Rename($input: UpdateProfileInput!) {
  updateProfile(input: $input) { id displayName }
}`

const folder = createExampleFolder()
let stack: Stack
let pages: Awaited<ReturnType<typeof createViteServer>>
let browser: Browser
let person: Person
let page: Page
let pagePort = 0
let renderPort = 0

beforeAll(async () => {
  ;[pagePort = 0, renderPort = 0] = await freePorts(2)
  stack = await startStack({
    env: {
      // The mailbox has no part in this: see tests/auth/cookies.test.ts.
      SESSION_VERIFICATION: 'off',
      PUBLIC_URL: `http://localhost:${renderPort}`,
      CORS_ORIGINS: `http://localhost:${pagePort},http://127.0.0.1:${pagePort}`,
    },
  })
  pages = await createViteServer({
    configFile: false,
    root: `${import.meta.dirname}/page`,
    cacheDir: `${folder.path}/vite`,
    logLevel: 'error',
    server: { port: pagePort, host: '127.0.0.1', strictPort: true, hmr: false, watch: null },
  })
  await pages.listen()
  folder.write('server.ts', readFileSync('tests/clients/server-side-rendering.ts', 'utf8'), {
    'http://localhost:4000': stack.gateways[0]?.url ?? '',
    '3000': String(renderPort),
  })
  await folder.serve('server.ts', `http://localhost:${renderPort}/`)
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser?.close()
  await pages?.close()
  await stack?.stop()
  await folder[Symbol.asyncDispose]()
})
beforeEach(async () => {
  person = await registerPerson(stack)
  page = await (await browser.newContext()).newPage()
})

async function open(host: string): Promise<void> {
  await page.goto(`http://${host}:${pagePort}/`)
  await page.waitForFunction(() => 'application' in globalThis, undefined, { timeout: 60_000 })
  await page.evaluate((url) => application.open(url), gatewayUrl())
}

/** The API under a host name of its own: `localhost`, whatever page asks. */
const gatewayUrl = () => stack.client.url.replace('127.0.0.1', 'localhost')

const send = (client: 'apollo' | 'urql' | 'bearer', query: string, variables: object = {}) =>
  page.evaluate(
    async ([client, query, variables]) => await application.send(client, query, variables),
    [client, query, variables] as const,
  )

const loginInput = (delivery: 'COOKIE' | 'BODY') => ({
  input: { email: person.email, password: PASSWORD, deviceToken: person.deviceToken, delivery },
})

/** As after a change of roles: every token of the person is refused until it is refreshed. */
async function makeStale(): Promise<void> {
  await stack.db.transaction((trx) => raiseTokenVersion(trx, person.id))
  const status = async () =>
    (await stack.client.send('{ viewer { kind } }', {}, person.headers)).status
  await expect.poll(status, { timeout: 30_000 }).toBe(401)
}

describe.each(['apollo', 'urql'] as const)(
  'a session in cookies with %s, on the same site',
  (client) => {
    test('signs in, changes something, goes on when the token was refused, and after a reload', async () => {
      await open('localhost')
      await send(client, LOGIN, loginInput('COOKIE'))
      expect((await send(client, VIEWER)).viewer.user.email).toBe(person.email)
      expect(
        (await send(client, RENAME, { input: { displayName: 'Ada' } })).updateProfile.displayName,
      ).toBe('Ada')
      expect(await page.evaluate(() => (globalThis as any).document.cookie)).not.toContain('access')

      await makeStale()
      const renewed = await send(client, RENAME, { input: { displayName: 'Bea' } })
      expect(renewed.updateProfile.displayName).toBe('Bea')

      await open('localhost')
      expect((await send(client, VIEWER)).viewer.user.displayName).toBe('Bea')
      expect(
        (await send(client, RENAME, { input: { displayName: 'Cleo' } })).updateProfile.displayName,
      ).toBe('Cleo')
    })
  },
)

describe('a page on another site', () => {
  test('that CORS_ORIGINS lists works with tokens', async () => {
    await open('127.0.0.1')
    await send('bearer', LOGIN, loginInput('BODY'))
    expect((await send('bearer', VIEWER)).viewer.user.email).toBe(person.email)
  })

  test('that it does not list reads nothing', async () => {
    await open('app.localhost')
    await expect(send('bearer', LOGIN, loginInput('BODY'))).rejects.toThrow('Failed to fetch')
  })

  test('gets nowhere with cookies, listed or not: the browser does not send them', async () => {
    await open('127.0.0.1')
    await send('apollo', LOGIN, loginInput('COOKIE'))
    await expect(send('apollo', RENAME, { input: { displayName: 'Ada' } })).rejects.toThrow()
  })
})

test('a server that renders pages and hands /graphql through on one host knows who is signed in', async () => {
  const shown = async (host: string) => {
    await page.goto(`http://${host}:${renderPort}/`)
    return await page.textContent('h1')
  }
  expect(await shown('localhost')).toBe('Signed out')
  const status = await page.evaluate(
    async ([query, variables]) => {
      const body = JSON.stringify({ query, variables })
      const headers = { 'content-type': 'application/json' }
      const answer: any = await (await fetch('/graphql', { method: 'POST', headers, body })).json()
      return answer.data.login.user.email
    },
    [LOGIN, loginInput('COOKIE')] as const,
  )
  expect(status).toBe(person.email)
  expect(await shown('localhost')).toBe('Signed in')
  // On any other host, the cookies of `__Host-` never arrive.
  expect(await shown('127.0.0.1')).toBe('Signed out')
})
