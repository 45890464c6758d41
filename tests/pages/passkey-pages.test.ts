// Passkeys on the hosted pages, in Chromium with a virtual authenticator.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
import {
  addAuthenticator,
  enterCode,
  look,
  openSignIn,
  problemOf,
  signInByMail,
  signInWith,
  viewerOf,
  withPage,
} from './open-pages.ts'

// Of the browser.
declare const document: any

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

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
    const authenticator = await addAuthenticator(page)
    await signInByMail(page, stack, email)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await look(page, 'page-account-passkey')
    await press(page, 'Create a passkey')
    await page.getByText('The passkey is added.').waitFor()

    await openSignIn(page, authenticator, `${origin}/sign-in?again=1`)
    await look(page, 'page-sign-in-passkey')
    await press(page, 'Use a passkey')
    await page.getByText(`You are signed in as ${email}.`).waitFor()
    expect((await viewerOf(page, stack)).session.authenticationMethods).toContain('mfa')

    await openSignIn(page, authenticator, `${origin}/sign-in?again=1`)
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

test('a passkey is among what the browser fills in, is chosen there, and is forgotten once it is removed', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    const authenticator = await addAuthenticator(page)
    await signInByMail(page, stack, email)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await press(page, 'Create a passkey')
    await page.getByText('The passkey is added.').waitFor()

    // Nothing happens before somebody chooses it, and everything else works.
    await authenticator.setPresence(false)
    await page.goto(`${origin}/sign-in?again=1`)
    expect(await page.getByLabel('E-mail address').getAttribute('autocomplete')).toBe(
      'username webauthn',
    )
    await signInWith(page, email, 'not the password')
    expect(await problemOf(page)).toContain('The e-mail address or the password is wrong.')
    // The virtual authenticator chooses as soon as it is asked.
    await authenticator.setPresence(true)
    await page.goto(`${origin}/sign-in?again=1`)
    await page.getByText(`You are signed in as ${email}.`).waitFor()
    expect((await viewerOf(page, stack)).session.authenticationMethods).toEqual([
      'pop',
      'user',
      'mfa',
    ])

    expect(await authenticator.credentials()).toHaveLength(1)
    await press(page, /^Remove/)
    await page.getByText('It is removed.').waitFor()
    await expect.poll(authenticator.credentials).toEqual([])
  })
})

describe('where a passkey is offered after a password', () => {
  let offering: Stack
  beforeAll(async () => {
    offering = await startStack({
      env: { PRODUCT_NAME: 'Hill & Dale', PASSKEY_OFFER: 'after-password' },
    })
  })
  afterAll(async () => {
    await offering?.stop()
  })

  const enter = async (page: Page, email: string) => {
    await page.goto(`${offering.env.PUBLIC_URL}/sign-in?returnTo=/account/email`)
    await signInWith(page, email, PASSWORD)
    await enterCode(page, await offering.mailbox.takeCode(email))
  }
  const arrived = async (page: Page) =>
    await page.getByRole('heading', { name: 'Add an e-mail address' }).waitFor()

  test('it is made there, the person goes on to where they were going, and is not asked again', async () => {
    const { email } = await registerPerson(offering)
    await withPage(chromium, async (page) => {
      const authenticator = await addAuthenticator(page)
      await enter(page, email)
      await page.getByRole('heading', { name: 'Sign in without a password next time' }).waitFor()
      await look(page, 'page-add-passkey')
      await press(page, 'Create a passkey')
      await arrived(page)
      expect(await authenticator.credentials()).toHaveLength(1)
      await authenticator.setPresence(false)
      await page.goto(`${offering.env.PUBLIC_URL}/sign-in?again=1&returnTo=/account/email`)
      await signInWith(page, email, PASSWORD)
      await authenticator.setPresence(true)
      await press(page, 'Use a passkey')
      await arrived(page)
    })
  })

  test('who says no goes on, and is left alone; a mailed code offers nothing', async () => {
    const [first, second] = [await registerPerson(offering), await registerPerson(offering)]
    await withPage(chromium, async (page) => {
      await signInByMail(page, offering, first.email, '?returnTo=/account/email')
      await arrived(page)
      await page.context().clearCookies()
      await enter(page, first.email)
      await press(page, 'Not now')
      await arrived(page)
      await page.context().clearCookies({ name: /^__Host-(access|refresh|device)$/ })
      await enter(page, second.email)
      await arrived(page)
    })
  })

  test('without JavaScript one press goes on', async () => {
    const { email } = await registerPerson(offering)
    await withPage(
      chromium,
      async (page) => {
        await enter(page, email)
        expect(await page.getByRole('button', { name: 'Create a passkey' }).count()).toBe(0)
        await press(page, 'Not now')
        await arrived(page)
      },
      { javaScriptEnabled: false },
    )
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
      const authenticator = await addAuthenticator(page)
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

      await openSignIn(page, authenticator, `${strict.env.PUBLIC_URL}/sign-in?again=1`)
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
