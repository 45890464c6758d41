// The explorers, in a browser: a person opens the page, presses Send and reads the answer.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { newEmail, PASSWORD } from '../people.ts'
import { picture } from './screenshots.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })
const PATIENT = { timeout: 60_000 }

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  ;[stack, chromium] = await Promise.all([startStack(), launchChromium()])
  origin = new URL(stack.client.url).origin
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

const TABS = ['Register', 'Verify', 'Login', 'Viewer']

async function newPage(viewport = { width: 1024, height: 600 }): Promise<Page> {
  const page = await chromium.newPage({ viewport })
  page.setDefaultTimeout(PATIENT.timeout)
  return page
}

async function openAltair(path = `${origin}/explorer`): Promise<Page> {
  const page = await newPage()
  await page.goto(path)
  await page.getByText('+ Add new').waitFor()
  await expect.poll(() => activeTab(page), PATIENT).toBe('Register')
  return page
}

const activeTab = async (page: Page) =>
  (
    await page.locator('.window-switcher__item--active .window-switcher__input').textContent()
  )?.trim()

/** The part of the page that belongs to the open tab: those of the others are in it too, and hidden. */
const shown = (page: Page, selector: string) => page.locator(`${selector}:visible`).first()

async function openTab(page: Page, name: string): Promise<void> {
  await page.locator('.window-switcher__item', { hasText: name }).click()
  await expect.poll(() => activeTab(page), PATIENT).toBe(name)
}

/** Presses Send, and reads the answer off the page. */
async function send(page: Page): Promise<any> {
  await page.getByText('Send Request').locator('visible=true').click()
  const result = shown(page, 'app-query-result .cm-content')
  await expect.poll(() => result.textContent(), PATIENT).toMatch(/"(data|errors)"/)
  return JSON.parse((await result.textContent()) ?? '')
}

async function setVariables(page: Page, variables: object): Promise<void> {
  const editor = shown(page, 'app-variables-editor .cm-content')
  if (!(await editor.isVisible())) await shown(page, '[track-id=toggle_variables]').click()
  await editor.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(JSON.stringify(variables))
}

async function setAuthorization(page: Page, value: string): Promise<void> {
  await shown(page, '[track-id=show_set_headers]').click()
  const [name, field] = await page.locator('app-headers-editor .cm-content').all()
  expect(await name?.textContent()).toBe('Authorization')
  await field?.click()
  await page.keyboard.insertText(value)
  await page.getByRole('button', { name: 'Done' }).click()
}

test('Altair opens on its first tab, and Send on every tab brings an answer of the graph', async () => {
  const page = await openAltair()
  const tabs = page.locator('.window-switcher__item .window-switcher__input')
  expect((await tabs.allTextContents()).map((tab) => tab.trim())).toEqual(TABS)
  const answers = new Map<string, any>()
  for (const tab of TABS) {
    await openTab(page, tab)
    answers.set(tab, await send(page))
  }
  expect(await page.getByText('The URL is invalid').count()).toBe(0)
  expect(answers.get('Register').data.register.verification.id).toMatch(/^ver_/)
  expect(answers.get('Verify').errors[0].extensions.code).toBe('VERIFICATION_FAILED')
  expect(answers.get('Login').errors[0].extensions.code).toBe('INVALID_CREDENTIALS')
  expect(JSON.stringify(answers.get('Viewer'))).toMatch(/"viewer":null|CREDENTIALS_MISSING/)
  await page.close()
})

test('a person registers, proves the code and asks who they are, all in Altair', async () => {
  // By another name of the same machine than PUBLIC_URL's: the page sends to where it came from.
  const page = await openAltair(`${stack.gateways[0]?.url}/explorer`)
  const email = newEmail()
  await setVariables(page, { register: { email, password: PASSWORD } })
  const begun = await send(page)
  const verificationId = begun.data.register.verification.id
  const code = await stack.mailbox.takeCode(email)
  await openTab(page, 'Verify')
  await setVariables(page, { verify: { verificationId, code } })
  const { accessToken } = (await send(page)).data.verifySession.tokens
  await openTab(page, 'Viewer')
  await setAuthorization(page, `Bearer ${accessToken}`)
  expect((await send(page)).data.viewer.user.email).toBe(email)
  await picture(page, 'explorer')
  await page.close()
})

const CDN = 'https://embeddable-sandbox.cdn.apollographql.com/**'

test('without internet the Sandbox page says so and leads to the explorer that works', async () => {
  const page = await newPage({ width: 1024, height: 300 })
  await page.route(CDN, (route) => route.abort())
  await page.goto(`${origin}/graphql`)
  await page.getByText('Apollo Sandbox could not be loaded').waitFor()
  await picture(page, 'sandbox-without-internet')
  await page.getByRole('link', { name: 'the explorer that needs no internet' }).click()
  await page.getByText('+ Add new').waitFor()
  expect(page.url()).toBe(`${origin}/explorer`)
  await page.close()
})

test('Sandbox is told an absolute address and the first operations, under its own policy', async () => {
  const page = await newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text())
  })
  // Apollo's script is not ours to run here: what it is given is.
  await page.route(CDN, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: 'window.EmbeddedSandbox = class { constructor(options) { window.given = options } }',
    }),
  )
  await page.goto(`${origin}/graphql`)
  const given: any = await page.evaluate('window.given')
  expect(given.initialEndpoint).toBe(`${origin}/graphql`)
  expect(given.includeCookies).toBe(false)
  const { document, variables } = given.initialState
  expect([...document.matchAll(/^(?:mutation|query) (\w+)/gm)].map(([, name]) => name)).toEqual(
    TABS,
  )
  expect(Object.keys(variables)).toEqual(['register', 'verify', 'login'])
  expect(refused).toEqual([])
  await page.close()
})
