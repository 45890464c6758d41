// Passkeys on the hosted pages, in Chromium with a virtual authenticator.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
import {
  addAuthenticator,
  enterCode,
  look,
  problemOf,
  signInByMail,
  signInWith,
  viewerOf,
  withPage,
} from './open-pages.ts'

// Of the browser.
declare const document: any

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

test('policy asks for a second step, and a passkey is one: made on the way in, and asked for from then on', async () => {
  const strict = await startStack({
    env: { PRODUCT_NAME: 'Hill & Dale', MFA: 'required', MFA_REQUIRED_ROLES: 'staff' },
  })
  try {
    await strict.db('roles').insert({ name: 'staff', rank: 1, scopes: [] })
    const { id, email } = await registerPerson(strict)
    await strict.db('user_roles').insert({ user_id: id, role_name: 'staff' })
    await withPage(chromium, async (page) => {
      await addAuthenticator(page)
      await page.goto(`${strict.env.PUBLIC_URL}/sign-in`)
      await signInWith(page, email, PASSWORD)
      await enterCode(page, await strict.mailbox.takeCode(email))
      await page.getByRole('heading', { name: 'Passkey' }).waitFor()
      await look(page, 'page-enrol')
      // What no browser made adds nothing, and the person can go on.
      await page.evaluate(() => {
        const form = document.querySelector('[data-needs-passkeys] form')
        form.insertAdjacentElement('beforeend', document.createElement('input')).name = 'passkey'
        form.elements.passkey.value = '{"id":"x","type":"public-key"}'
      })
      await press(page, 'Create a passkey')
      expect(await problemOf(page)).toContain('The passkey was not added.')
      await press(page, 'Create a passkey')
      await page.getByText(`You are signed in as ${email}.`).waitFor()
      expect((await viewerOf(page, strict)).session.authenticationMethods).toContain('mfa')

      await page.goto(`${strict.env.PUBLIC_URL}/sign-in?again=1`)
      await signInWith(page, email, PASSWORD)
      await press(page, 'Use a passkey')
      await page.getByText(`You are signed in as ${email}.`).waitFor()
    })
  } finally {
    await strict.stop()
  }
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
