// The pages around an account, as a person uses them: creating it, its password, its factors, its sessions, its end of the day.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { codeOf } from '../authenticator.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { newEmail, PASSWORD, registerPerson } from '../people.ts'
import {
  enterCode,
  look,
  problemOf,
  signInByMail,
  signInWith,
  viewerOf,
  WIDE,
  withPage,
} from './open-pages.ts'

const NEW_PASSWORD = 'seven quiet river stones'

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
const status = (page: Page) => page.getByRole('status').textContent()

/** As if the sign-in were long ago. */
async function growOld(page: Page, hasScript: boolean): Promise<void> {
  const { session } = await viewerOf(page, stack)
  await stack
    .db('sessions')
    .where('id', session.id)
    .update({ authenticated_at: stack.db.raw("now() - interval '1 hour'") })
  await page.context().clearCookies({ name: '__Host-access' })
  await page.goto(`${origin}/continue-session?page=/account`)
  if (!hasScript) await press(page, 'Continue')
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
}

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s', (_, javaScriptEnabled) => {
  const options = { javaScriptEnabled }

  test('an account is created with a password and a mailed code, and shown', async () => {
    const email = newEmail()
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in`)
        await page.getByRole('link', { name: 'Create an account' }).click()
        if (javaScriptEnabled) await look(page, 'page-sign-up')
        await page.getByLabel('E-mail address').fill(email)
        await page.getByLabel('Name (optional)').fill('Ada')
        await page.getByLabel('Password').fill('password12')
        await press(page, 'Create an account')
        expect(await problemOf(page)).toContain('Choose a stronger password')
        expect(await page.getByLabel('Name (optional)').inputValue()).toBe('Ada')
        await page.getByLabel('Password').fill(NEW_PASSWORD)
        await press(page, 'Create an account')
        await page.getByText('Your account is ready once you enter it').waitFor()
        await enterCode(page, await stack.mailbox.takeCode(email))
        await page.getByText(`You are signed in as ${email}.`).waitFor()
        expect(page.url()).toBe(`${origin}/account`)
        expect(await viewerOf(page, stack)).toMatchObject({ user: { email } })
      },
      options,
    )
  })

  test('a forgotten password is replaced with a mailed code, once', async () => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in`)
        await page.getByRole('link', { name: 'Forgotten password' }).click()
        if (javaScriptEnabled) await look(page, 'page-forgot-password')
        await page.getByLabel('E-mail address').fill(email)
        await press(page, 'Send them')
        await page.getByText('We have sent a code to').waitFor()
        await page.reload()
        const code = await stack.mailbox.takeCode(email)
        await page.getByLabel('Code from the e-mail').fill(code)
        await page.getByLabel('New password').fill('password12')
        await press(page, 'Save the password')
        expect(await problemOf(page)).toContain('Choose a stronger password')
        if (javaScriptEnabled) await look(page, 'page-new-password-weak')
        await page.getByLabel('Code from the e-mail').fill(code)
        await page.getByLabel('New password').fill(NEW_PASSWORD)
        await press(page, 'Save the password')
        expect(await status(page)).toContain(`Sign in as ${email}.`)
        await page.goto(`${origin}/reset-password`)
        expect(await problemOf(page)).toContain('was completed already')
        await page.goto(`${origin}/sign-in`)
        await signInWith(page, email, NEW_PASSWORD)
        await page.getByText('We have sent a code to').waitFor()
      },
      options,
    )
  })

  test('an authenticator app and recovery codes are added, asked for, and removed', async () => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await signInByMail(page, stack, email)
        await page.getByRole('link', { name: 'Add an authenticator app' }).click()
        await press(page, 'Show the picture to scan')
        await page.getByRole('img', { name: 'QR code' }).waitFor()
        if (javaScriptEnabled) await look(page, 'page-account-app')
        const shown = (await page.locator('code').textContent()) ?? ''
        await enterCode(page, '000000')
        expect(await problemOf(page)).toContain('This code is wrong')
        await enterCode(page, codeOf(shown.replaceAll(' ', '')))
        expect(await status(page)).toContain('The authenticator app is added')
        await page.getByRole('link', { name: 'Create new recovery codes' }).click()
        await press(page, 'Create ten codes')
        expect(await page.locator('.codes li').count()).toBe(10)
        if (javaScriptEnabled) await look(page, 'page-account-recovery-codes')
        const [code = ''] = await page.locator('.codes li').allTextContents()
        await page.getByRole('link', { name: 'I have kept them' }).click()
        await page.getByText('10 are left.').waitFor()
        if (javaScriptEnabled) await look(page, 'page-account')
        await stack.db('sessions').update({ mfa_at: null })
        await press(page, 'Remove (Authenticator app)')
        await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
        if (javaScriptEnabled) await look(page, 'page-confirm')
        await page.getByRole('link', { name: 'Use a recovery code' }).click()
        await enterCode(page, 'no such code')
        expect(await problemOf(page)).toContain('This code is wrong')
        await enterCode(page, code)
        await press(page, 'Remove (Authenticator app)')
        expect(await status(page)).toContain('It is removed.')
        expect(await page.getByText('Recovery codes').count()).toBe(0)
      },
      options,
    )
  })

  test('an e-mail address is added, becomes the one to sign in with, and the old one is removed', async () => {
    const { email } = await registerPerson(stack)
    const second = newEmail()
    await withPage(
      chromium,
      async (page) => {
        await signInByMail(page, stack, email)
        await growOld(page, javaScriptEnabled)
        await page.getByRole('link', { name: 'Add an e-mail address' }).click()
        await page.getByLabel('E-mail address').fill(second)
        await press(page, 'Continue')
        // The sign-in was long ago: the password first, then the page that was asked for.
        await page.getByLabel('Password').fill('wrong password')
        await press(page, 'Continue')
        expect(await problemOf(page)).toContain('The password is wrong.')
        await page.getByLabel('Password').fill(PASSWORD)
        await press(page, 'Continue')
        await page.getByLabel('E-mail address').fill(second)
        await press(page, 'Continue')
        await enterCode(page, '00000000')
        expect(await problemOf(page)).toContain('You can try 4 more times.')
        await enterCode(page, await stack.mailbox.takeCode(second))
        expect(await status(page)).toContain('The e-mail address is added.')
        await press(page, `Sign in with this one (${second})`)
        await page.getByText(`You are signed in as ${second}.`).waitFor()
        await press(page, `Remove (${email})`)
        expect(await status(page)).toContain('The e-mail address is removed.')
      },
      options,
    )
  })

  test('the password is changed, other devices are signed out, and so is this one at the end', async () => {
    const person = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await signInByMail(page, stack, person.email)
        if (javaScriptEnabled) await look(page, 'page-account-sessions')
        await page.getByRole('link', { name: 'Change the password' }).click()
        await page.getByLabel('Present password').fill('not the password')
        await page.getByLabel('New password').fill(NEW_PASSWORD)
        await press(page, 'Save the password')
        expect(await problemOf(page)).toContain('The password is wrong.')
        await page.getByLabel('Present password').fill(PASSWORD)
        await page.getByLabel('New password').fill(NEW_PASSWORD)
        await press(page, 'Save the password')
        expect(await status(page)).toContain('other devices are signed out')
        expect(await page.getByText('this browser').count()).toBe(1)
        await page.getByRole('link', { name: 'Sign out' }).click()
        await press(page, 'Sign out')
        expect(await status(page)).toContain('You are signed out.')
        const names = (await page.context().cookies(origin)).map(({ name }) => name)
        expect(names).not.toContain('__Host-access')
        expect(names).not.toContain('__Host-refresh')
        await page.goto(`${origin}/account`)
        await page.getByLabel('E-mail address').waitFor()
      },
      options,
    )
  })
})

test('one device is signed out, or all others', async () => {
  const { email, sessionId } = await registerPerson(stack)
  await withPage(
    chromium,
    async (page) => {
      await signInByMail(page, stack, email)
      await look(page, 'page-account-wide')
      await press(page, /^Sign out there/)
      expect(await status(page)).toContain('That device is signed out.')
      expect(await stack.db('sessions').where('id', sessionId).first('status')).toEqual({
        status: 'REVOKED',
      })
      expect(await page.getByRole('button', { name: /Sign out everywhere/ }).count()).toBe(0)
    },
    { viewport: WIDE, colorScheme: 'dark' },
  )
})

test('an account that policy asks more of gets its second step on the way in', async () => {
  const strict = await startStack({
    env: { PRODUCT_NAME: 'Hill & Dale', MFA: 'required', MFA_REQUIRED_ROLES: 'staff' },
  })
  try {
    await strict.db('roles').insert({ name: 'staff', rank: 1, scopes: [] })
    const person = await registerPerson(strict)
    await strict.db('user_roles').insert({ user_id: person.id, role_name: 'staff' })
    await withPage(chromium, async (page) => {
      await page.goto(`${strict.env.PUBLIC_URL}/sign-in`)
      await signInWith(page, person.email, PASSWORD)
      await enterCode(page, await strict.mailbox.takeCode(person.email))
      await page.getByRole('heading', { name: 'Add a second step' }).waitFor()
      await look(page, 'page-enrol')
      await press(page, 'Show the picture to scan')
      const shown = (await page.locator('code').textContent()) ?? ''
      await enterCode(page, codeOf(shown.replaceAll(' ', '')))
      await page.getByText(`You are signed in as ${person.email}.`).waitFor()
      expect((await viewerOf(page, strict)).session.authenticationMethods).toContain('mfa')
    })
  } finally {
    await strict.stop()
  }
})
