// A person before the hosted pages: what they see and press, in a browser of their own.
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { expect } from 'vitest'
import type { Page } from '../chromium.ts'
import type { Stack } from '../harness.ts'

const NARROW = { width: 375, height: 740 }
export const WIDE = { width: 1280, height: 800 }

/** In a fresh browser, 375 pixels wide, in English. */
export async function withPage<T>(
  chromium: Browser,
  use: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const context = await chromium.newContext({ viewport: NARROW, locale: 'en-GB', ...options })
  try {
    const page = await context.newPage()
    const refused: string[] = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text())
    })
    const result = await use(page)
    expect(refused).toEqual([])
    return result
  } finally {
    await context.close()
  }
}

export const problemOf = (page: Page) => page.getByRole('alert').textContent()

/** Fills in the sign-in form and presses its main button. */
export async function signInWith(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel(/^(Code|Recovery code)/).fill(code)
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
}

/** Who the cookies of this browser make, on the graph. */
export async function viewerOf(page: Page, stack: Stack) {
  const origin = stack.env.PUBLIC_URL ?? ''
  const kept = await page.context().cookies(origin)
  const cookie = kept.map(({ name, value }) => `${name}=${value}`).join('; ')
  const { data } = await stack.client.send(
    '{ viewer { user { email } session { id authenticationMethods } } }',
    {},
    { cookie, origin },
  )
  return data.viewer
}
