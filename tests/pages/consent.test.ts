// An app or a device that asks to be let in, in a browser: the pages lead a person through it and back, by whatever step.
import * as oidc from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { askFor, becomeAdmin, REDIRECT, registerApp, relyingParty } from '../auth/oauth/apps.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'
import { enterCode, expectAccessible, look, problemOf, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let asked: Awaited<ReturnType<typeof askFor>>
let askedByOurs: typeof asked
let television: oidc.Configuration

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({ env: { PRODUCT_NAME: 'Hill & Dale' } })
  const admin = await becomeAdmin(stack)
  const shop = await registerApp(stack, admin)
  const ours = await registerApp(stack, admin, { name: 'Ours', firstParty: true })
  asked = await askFor(await relyingParty(stack, shop), 'openid email')
  askedByOurs = await askFor(await relyingParty(stack, ours), 'openid email')
  const device = await registerApp(stack, admin, {
    name: 'Television',
    redirectUris: [],
    grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
    tokenEndpointAuthMethod: 'NONE',
  })
  television = await relyingParty(stack, device)
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

async function signInForApp(page: Page, url: string, email: string): Promise<void> {
  // The app itself: without one the browser would leave for a page about an error.
  await page.route(`${REDIRECT}**`, (route) => route.fulfill({ body: 'The app' }))
  await page.goto(url)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'E-mail me a code' }).click()
  await page.getByText('The e-mail contains a link too').waitFor()
  await enterCode(page, await stack.mailbox.takeCode(email))
}

test.each([true, false])(
  'signing in leads to the consent page, that to the app, and the account takes it back (script: %s)',
  async (javaScriptEnabled) => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await signInForApp(page, asked.url, email)
        await page.getByText('shop.example').waitFor()
        if (javaScriptEnabled) await look(page, 'page-consent')
        const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT))
        await page.getByRole('button', { name: 'Allow', exact: true }).click()
        expect(new URL((await back).url()).searchParams.get('state')).toBe(asked.state)
        await page.waitForURL(`${REDIRECT}**`)
        await page.goto(`${stack.env.PUBLIC_URL}/account`)
        if (javaScriptEnabled) await look(page, 'page-account-apps')
        await page.getByRole('button', { name: 'Take it back (Shop)' }).click()
        await page.getByText('The app may no longer use your account.').waitFor()
        expect(await page.getByRole('button', { name: 'Take it back' }).count()).toBe(0)
      },
      { javaScriptEnabled },
    )
  },
)

test.each([true, false])(
  "an app of the deployment's own, which asks for no consent, gets the browser straight back (script: %s)",
  async (javaScriptEnabled) => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT))
        await signInForApp(page, askedByOurs.url, email)
        expect(new URL((await back).url()).searchParams.get('code')).toBeTruthy()
      },
      { javaScriptEnabled },
    )
  },
)

test.each([true, false])(
  'somebody signs in to connect a device, types its code, and lets it in (script: %s)',
  async (javaScriptEnabled) => {
    const { email } = await registerPerson(stack)
    // axe is a script itself.
    const check = javaScriptEnabled ? expectAccessible : async () => {}
    const begun = await oidc.initiateDeviceAuthorization(television, { scope: 'openid graph' })
    await withPage(
      chromium,
      async (page) => {
        await signInForApp(page, begun.verification_uri, email)
        await page.getByText('Type the code that your device shows.').waitFor()
        await check(page)
        await enterCode(page, 'WRONGONE')
        expect(await problemOf(page)).toContain('There is no device with this code')
        await check(page)
        await enterCode(page, begun.user_code)
        await page.getByRole('heading', { name: 'Connect Television?' }).waitFor()
        if (javaScriptEnabled) await look(page, 'page-device')
        await page.getByRole('button', { name: 'Allow', exact: true }).click()
        await page.getByText('Television goes on by itself.').waitFor()
        await check(page)
      },
      { javaScriptEnabled },
    )
    const tokens = await oidc.pollDeviceAuthorizationGrant(television, begun)
    expect(tokens.refresh_token).toMatch(/^ort_/)
  },
)
