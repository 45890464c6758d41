// A person before the hosted pages: what they see and press, in a browser of their own.
import axe from 'axe-core'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { expect } from 'vitest'
import type { Page } from '../chromium.ts'
import type { Stack } from '../harness.ts'
import { picture } from './screenshots.ts'

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
    context.setDefaultTimeout(60_000)
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

/** What anybody may see of it, and what axe-core finds, which is nothing. */
export async function look(page: Page, name: string): Promise<void> {
  await picture(page, name)
  await expectAccessible(page)
}

/** WCAG 2.2 AA and axe's best practices. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<AxeResult>('axe.run()')
  const told = found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
  expect(told, page.url()).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(
    page.viewportSize()?.width,
  )
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

export const problemOf = (page: Page) => page.getByRole('alert').textContent()

/** One that knows who holds it, and never has to be touched. */
export async function addAuthenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    /** Without it an answer waits for somebody who never comes. */
    setPresence: async (enabled: boolean) => {
      await devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    credentials: async () => {
      const held = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
      return held.credentials.map(({ credentialId }) => credentialId)
    },
  }
}

// A busy machine runs the script of the page late.
const NOTES_WHAT_IS_ASKED = `{
  const ask = navigator.credentials.get.bind(navigator.credentials)
  navigator.credentials.get = (options) => {
    window.passkeysAsked = true
    return ask(options)
  }
}`

/** The sign-in page before somebody who chooses none of the passkeys that the browser fills in: a virtual authenticator would, at once. */
export async function openSignIn(
  page: Page,
  { setPresence }: Awaited<ReturnType<typeof addAuthenticator>>,
  url: string,
): Promise<void> {
  await setPresence(false)
  await page.addInitScript(NOTES_WHAT_IS_ASKED)
  await page.goto(url)
  // The browser was asked, and answered nothing yet.
  await expect.poll(() => page.evaluate('window.passkeysAsked')).toBe(true)
  await page.evaluate(
    'document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 500)))',
  )
  await setPresence(true)
}

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

/** Signs in with a code by mail, to wherever the search of the page's URL leads. */
export async function signInByMail(
  page: Page,
  stack: Stack,
  email: string,
  search = '',
): Promise<void> {
  await page.goto(`${stack.env.PUBLIC_URL}/sign-in${search}`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'E-mail me a code' }).click()
  await page.getByText('The e-mail contains a link too').waitFor()
  await enterCode(page, await stack.mailbox.takeCode(email))
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
