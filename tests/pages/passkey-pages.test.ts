// Passkeys on the hosted pages, in Chromium with a virtual authenticator.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
import { look, signInByMail, signInWith, viewerOf, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 120_000 })

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({ env: { PRODUCT_NAME: 'Hill & Dale' } })
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()

async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

test('a passkey is added, signs in alone, follows a password, and confirms presence', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    await addAuthenticator(page)
    await signInByMail(page, stack, email)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await look(page, 'page-account-passkey')
    await press(page, 'Create a passkey')
    await page.getByText('The passkey is added.').waitFor()

    await page.goto(`${origin}/sign-in?again=1`)
    await look(page, 'page-sign-in-passkey')
    await press(page, 'Use a passkey')
    await page.getByText(`You are signed in as ${email}.`).waitFor()
    expect((await viewerOf(page, stack)).session.authenticationMethods).toContain('mfa')

    await page.goto(`${origin}/sign-in?again=1`)
    await signInWith(page, email, PASSWORD)
    await page.getByText('Your device asks for your finger').waitFor()
    await press(page, 'Use a passkey')
    await page.getByText(`You are signed in as ${email}.`).waitFor()

    await stack.db('sessions').update({ mfa_at: null })
    await press(page, /^Remove/)
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
    await press(page, 'Use a passkey')
    await press(page, /^Remove/)
    await page.getByText('It is removed.').waitFor()
  })
})

test('without JavaScript nothing of them is shown, and every other way is', async () => {
  await withPage(
    chromium,
    async (page) => {
      await page.goto(`${origin}/sign-in`)
      expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0)
      expect(await page.getByRole('button', { name: 'Sign in', exact: true }).count()).toBe(1)
    },
    { javaScriptEnabled: false },
  )
})
