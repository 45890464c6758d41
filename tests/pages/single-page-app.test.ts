// docs/oauth-apps.md, "A single-page app": its code, run as it stands, in a browser and on an origin of its own.
import type { User } from 'oidc-client-ts'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createViteServer } from 'vitest/node'
import { raiseTokenVersion } from '../../subgraphs/auth/users/raise-token-version.ts'
import { becomeAdmin, registerApp } from '../auth/oauth/apps.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { createExampleFolder } from '../docs/example-folder.ts'
import { example } from '../docs/examples.ts'
import { freePorts } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { type Person, registerPerson, VIEWER } from '../people.ts'
import { enterCode, viewerOf, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

/** What the page keeps where a test finds it. */
declare const app: {
  readonly started: Promise<User | null>
  ask(query: string): Promise<any>
  signIn(): Promise<void>
  signOut(): Promise<void>
}
interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

const folder = createExampleFolder()
let stack: Stack
let chromium: Browser
let site: Awaited<ReturnType<typeof createViteServer>>
let origin = ''
let clientId = ''

beforeAll(async () => {
  const [port = 0] = await freePorts(1)
  origin = `http://127.0.0.1:${port}`
  chromium = await launchChromium()
  stack = await startStack({ env: { CORS_ORIGINS: origin } })
  const registered = await registerApp(stack, await becomeAdmin(stack), {
    name: 'Orders',
    redirectUris: [`${origin}/`],
    postLogoutRedirectUris: [`${origin}/`],
    scopes: ['openid', 'graph'],
    tokenEndpointAuthMethod: 'NONE',
  })
  clientId = registered.id
  folder.write('sign-in.ts', example('docs/oauth-apps.md', 'A single-page app', 'ts').code)
  folder.write('dom.d.ts', '/// <reference lib="dom" />\n')
  const page = `<!doctype html><title>Orders</title><link rel="icon" href="data:,">
    <script type="module">
      import { createSignIn } from './sign-in.ts'
      const app = createSignIn('ISSUER', 'CLIENT')
      globalThis.app = { ...app, started: app.start() }
    </script>`
  folder.write('index.html', page, { ISSUER: stack.env.PUBLIC_URL ?? '', CLIENT: clientId })
  site = await createViteServer({
    configFile: false,
    root: folder.path,
    cacheDir: `${folder.path}/vite`,
    logLevel: 'error',
    optimizeDeps: { include: ['oidc-client-ts'] },
    server: { port, host: '127.0.0.1', strictPort: true, hmr: false, watch: null },
  })
  await site.listen()
})
afterAll(async () => {
  await chromium?.close()
  await site?.close()
  await stack?.stop()
  await folder[Symbol.asyncDispose]()
})

async function signInFrom(page: Page, { email }: Person): Promise<void> {
  await page.evaluate(() => void app.signIn())
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'E-mail me a code' }).click()
  await page.getByText('The e-mail contains a link too').waitFor()
  await enterCode(page, await stack.mailbox.takeCode(email))
}

/** Who the page says is signed in, or why nobody is. */
async function startedAs(page: Page): Promise<string | null> {
  await page.waitForURL(`${origin}/**`)
  await page.waitForFunction(() => 'app' in globalThis, undefined, { timeout: 60_000 })
  return await page.evaluate(
    async () =>
      await app.started.then(
        (user) => user?.profile.sub ?? null,
        ({ error }) => error,
      ),
  )
}

const viewerIdIn = async (page: Page) =>
  (await page.evaluate(async (query) => await app.ask(query), VIEWER)).data.viewer?.user?.id

/** As after a change of roles: every token of the person is refused until it is renewed. */
async function makeStale(person: Person): Promise<void> {
  await stack.db.transaction((trx) => raiseTokenVersion(trx, person.id))
  const status = async () =>
    (await stack.client.send('{ viewer { kind } }', {}, person.headers)).status
  await expect.poll(status).toBe(401)
}

async function refresh(token: string): Promise<unknown> {
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: token,
      client_id: clientId,
    }),
  })
  return ((await response.json()) as { error?: string }).error
}

test('its code compiles', async () => {
  await folder.compile(['sign-in.ts', 'dom.d.ts'])
})

test('a person says no, signs in, the tokens are renewed, and signing out ends them', async () => {
  const person = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    const tokens: Tokens[] = []
    page.on('response', async (response) => {
      const { pathname } = new URL(response.url())
      if (pathname === '/oauth2/token' && response.ok()) tokens.push(await response.json())
    })
    await page.clock.install()
    await page.goto(`${origin}/`)
    expect(await startedAs(page)).toBeNull()
    expect(await viewerIdIn(page)).toBeUndefined()

    await signInFrom(page, person)
    await page.getByRole('button', { name: 'Do not allow' }).click()
    expect(await startedAs(page)).toBe('access_denied')

    await page.evaluate(() => void app.signIn())
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    expect(await startedAs(page)).toBe(person.id)
    expect(page.url()).toBe(`${origin}/`)
    expect(await viewerIdIn(page)).toBe(person.id)
    const stored = () =>
      page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
    expect(await stored()).toBe('[{},{}]')
    await expect.poll(() => tokens.length).toBe(1)

    // A minute before the token's end.
    await page.clock.fastForward(545_000)
    await expect.poll(() => tokens.length).toBe(2)
    expect(tokens[1]?.refresh_token).not.toBe(tokens[0]?.refresh_token)
    expect(await viewerIdIn(page)).toBe(person.id)

    await page.evaluate(() => void app.signOut())
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await startedAs(page)).toBeNull()
    expect(await stored()).toBe('[{},{}]')
    expect((await viewerOf(page, stack))?.user ?? null).toBeNull()
    expect(await refresh(tokens[1]?.refresh_token ?? '')).toBe('invalid_grant')
  })
})

test('a token that the graph refuses is renewed once, and the question is answered', async () => {
  const person = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/`)
    expect(await startedAs(page)).toBeNull()
    await signInFrom(page, person)
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    expect(await startedAs(page)).toBe(person.id)
    await makeStale(person)
    const renewed = page.waitForResponse((response) => response.url().endsWith('/oauth2/token'))
    expect(await viewerIdIn(page)).toBe(person.id)
    expect((await renewed).ok()).toBe(true)
  })
})
