// An app that asks for a sign-in, in a browser: the pages lead a person through it and back to the app, by whatever step.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { askFor, becomeAdmin, REDIRECT, registerApp, relyingParty } from '../auth/oauth/apps.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'
import { enterCode, look, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 120_000 })

let stack: Stack
let chromium: Browser
let asked: Awaited<ReturnType<typeof askFor>>
let askedByOurs: typeof asked

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({ env: { PRODUCT_NAME: 'Hill & Dale' } })
  const admin = await becomeAdmin(stack)
  const shop = await registerApp(stack, admin)
  const ours = await registerApp(stack, admin, { name: 'Ours', firstParty: true })
  asked = await askFor(await relyingParty(stack, shop), 'openid email')
  askedByOurs = await askFor(await relyingParty(stack, ours), 'openid email')
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

async function signInForApp(page: Page, url: string, email: string): Promise<void> {
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
        await page.goto(`${stack.env.PUBLIC_URL}/account`)
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
