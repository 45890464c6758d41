// Recovery codes are copied by hand: on a narrow screen none of them is broken, in the language with the longest word for them too.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { enrolApp } from '../authenticator.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
import { expectAccessible, withPage } from './open-pages.ts'

// Of the browser.
declare const document: any

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

/** In how many lines the text of each of these stands. */
const linesOf = async (page: Page, selector: string): Promise<number[]> =>
  await page.evaluate((selector) => {
    return [...document.querySelectorAll(selector)].map((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return range.getClientRects().length
    })
  }, selector)

test.each([320, 375])('each stands in one line, %i pixels wide', async (width) => {
  const person = await registerPerson(stack)
  await withPage(
    chromium,
    async (page) => {
      await page.goto(`${origin}/sign-in`)
      await page.getByLabel('E-Mail-Adresse').fill(person.email)
      await page.getByLabel('Passwort').fill(PASSWORD)
      await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
      await page.getByRole('heading', { name: 'Ihr Konto' }).waitFor()
      await enrolApp(stack, person)
      // As if the app had been shown at that sign-in.
      await stack.db('sessions').where('user_id', person.id).update({ mfa_at: stack.db.fn.now() })
      await page.goto(`${origin}/account/recovery-codes`)
      await page.getByRole('button', { name: 'Zehn Codes erstellen' }).click()
      await page.getByText('Sie werden nur jetzt gezeigt').waitFor()
      expect(await linesOf(page, '.codes li')).toEqual(Array(10).fill(1))
      expect(await linesOf(page, 'h1')).toEqual([1])
      await expectAccessible(page)
    },
    { viewport: { width, height: 740 }, locale: 'de-DE', colorScheme: 'dark' },
  )
})
