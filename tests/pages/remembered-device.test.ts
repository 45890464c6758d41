// "Remember this device" on the hosted pages: a box that is offered with a further factor, and what it spares.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { codeOf, enrolApp, forgetSteps } from '../authenticator.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
import {
  addAuthenticator,
  enterCode,
  look,
  openSignIn,
  signInWith,
  viewerOf,
  withPage,
} from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({ env: { PRODUCT_NAME: 'Hill & Dale', REMEMBER_DEVICE_DAYS: '30' } })
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

const box = (page: Page) => page.getByRole('checkbox', { name: 'Remember this device for 30 days' })
const methodsOf = async (page: Page) => (await viewerOf(page, stack)).session.authenticationMethods

async function signInAgain(page: Page, email: string): Promise<void> {
  await page.goto(`${origin}/sign-in?again=1`)
  await signInWith(page, email, PASSWORD)
}

test.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])(
  'a box at the code of the app: left empty it is asked for again, ticked it is not (%s)',
  async (_, javaScriptEnabled) => {
    const person = await registerPerson(stack)
    const { email } = person
    const app = await enrolApp(stack, person)
    await withPage(
      chromium,
      async (page) => {
        const signedIn = page.getByText(`You are signed in as ${email}.`)
        await page.goto(`${origin}/sign-in`)
        await signInWith(page, email, PASSWORD)
        expect(await box(page).isChecked()).toBe(false)
        await enterCode(page, codeOf(app.secret))
        await signedIn.waitFor()
        await forgetSteps(stack, app.factorId)

        await signInAgain(page, email)
        await box(page).check()
        // A wrong code does not untick it.
        await enterCode(page, '000000')
        await page.getByRole('alert').waitFor()
        expect(await box(page).isChecked()).toBe(true)
        if (javaScriptEnabled) await look(page, 'page-verify-remember')
        await enterCode(page, codeOf(app.secret))
        await signedIn.waitFor()
        expect(await methodsOf(page)).toEqual(['pwd', 'otp', 'mfa'])

        await signInAgain(page, email)
        await signedIn.waitFor()
        expect(await methodsOf(page)).toEqual(['pwd'])
      },
      { javaScriptEnabled },
    )
  },
)

test('at a passkey too, and never at a mailed code', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    const signedIn = page.getByText(`You are signed in as ${email}.`)
    const authenticator = await addAuthenticator(page)
    const signInOnceMore = async () => {
      await openSignIn(page, authenticator, `${origin}/sign-in?again=1`)
      await signInWith(page, email, PASSWORD)
    }
    await page.goto(`${origin}/sign-in`)
    await signInWith(page, email, PASSWORD)
    await page.getByText('We have sent a code to').waitFor()
    expect(await box(page).count()).toBe(0)
    await enterCode(page, await stack.mailbox.takeCode(email))
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Create a passkey' }).click()
    await page.getByText('The passkey is added.').waitFor()

    await signInOnceMore()
    await box(page).check()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await signedIn.waitFor()
    await signInOnceMore()
    await signedIn.waitFor()
    expect(await methodsOf(page)).toEqual(['pwd'])
  })
})

test('a link ticks nothing, and where it is not offered there is no box', async () => {
  const person = await registerPerson(stack)
  const app = await enrolApp(stack, person)
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/sign-in`)
    await signInWith(page, person.email, PASSWORD)
    await page.goto(`${origin}/verify?remember=1`)
    expect(await box(page).isChecked()).toBe(false)
    const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
    const { config } = deps
    try {
      for (const changed of [{ rememberDeviceDays: 0 }, { sessionVerification: 'always' }]) {
        Object.assign(deps, { config: { ...config, ...changed } })
        await page.goto(`${origin}/verify`)
        expect(await box(page).count()).toBe(0)
      }
    } finally {
      Object.assign(deps, { config })
    }
    await enterCode(page, codeOf(app.secret))
    await page.getByText(`You are signed in as ${person.email}.`).waitFor()
  })
})
