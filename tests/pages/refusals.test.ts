// What people read where auth refuses them, on the page where they are: what happened, and what they can do.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { codeOf, enrolApp, forgetSteps } from '../authenticator.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, type Person, registerPerson } from '../people.ts'
import { enterCode, look, problemOf, signInByMail, signInWith, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({
    env: {
      PRODUCT_NAME: 'Hill & Dale',
      CAPTCHA: 'turnstile',
      CAPTCHA_SITE_KEY: '1x00000000000000000000AA',
      CAPTCHA_SECRET: 'the secret',
      // Loopback counts here.
      THROTTLE_EXEMPT: '192.0.2.1',
      MFA: 'required',
      MFA_REQUIRED_ROLES: 'staff',
    },
  })
  await stack.db('roles').insert({ name: 'staff', rank: 1, scopes: [] })
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

async function guess({ email }: Person): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    await stack.client.send(LOGIN, { input: { email, password: 'wrong password here' } })
    await stack.db('throttles').where('key', 'like', '%login-pair%').delete()
  }
}

const grantStaff = async ({ id }: Person) =>
  await stack.db('user_roles').insert({ user_id: id, role_name: 'staff' })

async function staff(): Promise<Person> {
  const person = await registerPerson(stack)
  await grantStaff(person)
  return person
}

describe('beyond a few tries', () => {
  test.each([
    ['en-GB', 'Sign in', /many attempts here, .* or try again in \d+ (seconds|minutes)\.$/],
    ['de-DE', 'Anmelden', /viele Versuche, .* In \d+ (Sekunden|Minuten) können Sie/],
  ])(
    'the page says what helps, and how long to wait without (%s)',
    async (locale, button, sentence) => {
      const person = await registerPerson(stack)
      await guess(person)
      await withPage(
        chromium,
        async (page) => {
          await page.goto(`${origin}/sign-in`)
          await page.locator('#email').fill(person.email)
          await page.locator('#password').fill(PASSWORD)
          const answered = page.waitForResponse(
            (response) => response.request().method() === 'POST',
          )
          await page.getByRole('button', { name: button, exact: true }).click()
          const response = await answered
          expect(response.status()).toBe(429)
          expect(Number(response.headers()['retry-after'])).toBeGreaterThan(0)
          expect(((await problemOf(page)) ?? '').trim()).toMatch(sentence)
          if (locale === 'en-GB') await look(page, 'page-too-many-attempts')
        },
        { locale },
      )
    },
  )
})

describe('a second step that policy demands', () => {
  test('is not added with a code by mail alone', async () => {
    const person = await staff()
    await withPage(chromium, async (page) => {
      await signInByMail(page, stack, person.email)
      expect(await problemOf(page)).toContain('sign in with your password')
      await page.getByRole('link', { name: 'Start again' }).click()
      await page.getByLabel('Password').waitFor()
    })
  })

  test('is not added on the day after the password was reset', async () => {
    const person = await staff()
    await stack.db('users').where('id', person.id).update({ password_reset_at: stack.db.fn.now() })
    await withPage(chromium, async (page) => {
      await page.goto(`${origin}/sign-in`)
      await signInWith(page, person.email, PASSWORD)
      await enterCode(page, await stack.mailbox.takeCode(person.email))
      expect(await problemOf(page)).toContain('You can sign in again in 24 hours.')
    })
  })

  test('is not removed when it is the last', async () => {
    const person = await registerPerson(stack)
    const app = await enrolApp(stack, person)
    await grantStaff(person)
    await forgetSteps(stack, app.factorId)
    await withPage(chromium, async (page) => {
      await page.goto(`${origin}/sign-in`)
      await signInWith(page, person.email, PASSWORD)
      await enterCode(page, codeOf(app.secret))
      await remove(page)
      expect(await problemOf(page)).toContain('Add another one before you remove this one.')
    })
  })
})

const remove = async (page: Page) => await page.getByRole('button', { name: /^Remove/ }).click()
