// The pages of mailed links, in a browser: with and without JavaScript, after a reload, after a second use.
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { codeOf, enrolApp } from '../authenticator.ts'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, registerPerson } from '../people.ts'
import { linkMakers, type MailedLink, nextLink } from './mailed-links.ts'
import { picture } from './screenshots.ts'

const PRODUCT = 'Hill & Dale'
const NEW_PASSWORD = 'seven quiet river stones'
const passwordPages = ['reset-password', 'accept-invitation'] as const
const buttonPages = ['not-me', 'undo-email-change'] as const

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let origin: string

beforeAll(async () => {
  ;[stack, chromium] = await Promise.all([
    startStack({ env: { PRODUCT_NAME: PRODUCT, HOME_URL: 'https://app.example.com/start' } }),
    launchChromium(),
  ])
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

async function withPage<T>(
  use: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const context = await chromium.newContext({
    viewport: { width: 375, height: 640 },
    locale: 'en-GB',
    ...options,
  })
  context.setDefaultTimeout(60_000)
  try {
    return await use(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Opens a link as a mail program does; without JavaScript a person pastes it as well. */
async function open(page: Page, link: MailedLink, hasScript = true): Promise<void> {
  await page.goto(link.url)
  if (!hasScript) await page.getByLabel('Link from the mail').fill(link.url)
}

async function savePassword(page: Page, password = NEW_PASSWORD): Promise<void> {
  await page.getByLabel('New password').fill(password)
  await page.getByRole('button', { name: 'Save the password' }).click()
}

async function expectSaved(page: Page, email: string): Promise<void> {
  await page.getByText(`The password is saved. Sign in as ${email}.`).waitFor()
  const onward = page.getByRole('link', { name: `Continue to ${PRODUCT}` })
  expect(await onward.getAttribute('href')).toBe('https://app.example.com/start')
  const { data } = await stack.client.send(LOGIN, { input: { email, password: NEW_PASSWORD } })
  expect(data.login.__typename).toMatch(/SignedIn|VerificationRequired/)
}

const problem = (page: Page) => page.getByRole('alert').textContent()

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s', (_, javaScriptEnabled) => {
  const options = { javaScriptEnabled }

  test.each(passwordPages)('%s saves a password, once', async (name) => {
    const link = await linkMakers[name](stack)
    await withPage(async (page) => {
      await open(page, link, javaScriptEnabled)
      await page.reload()
      if (!javaScriptEnabled) await page.getByLabel('Link from the mail').fill(link.url)
      // A weak one uses nothing up, and the form still knows the link.
      await savePassword(page, 'password123')
      expect(await problem(page)).toMatch(/password/)
      expect(await page.getByLabel('New password').getAttribute('aria-invalid')).toBe('true')
      await savePassword(page)
      await expectSaved(page, link.email)
      await open(page, link, javaScriptEnabled)
      await savePassword(page)
      expect(await problem(page)).toContain('This link was used')
    }, options)
  })

  test.each(buttonPages)(
    '%s acts when its button is pressed, then takes a password',
    async (name) => {
      const link = await linkMakers[name](stack)
      await withPage(async (page) => {
        await open(page, link, javaScriptEnabled)
        await page.getByRole('button').click()
        await page.getByText('the old password no longer works').waitFor()
        await page.reload()
        await savePassword(page)
        await expectSaved(page, link.email)
        await open(page, link, javaScriptEnabled)
        await page.getByRole('button').click()
        expect(await problem(page)).toContain('This link was used')
        await page.goto(`${origin}/account/new-password`)
        expect(await problem(page)).toContain('its time is over')
      }, options)
    },
  )
})

test.each([true, false])(
  'sign-in signs in the browser that opened the link, when its button is pressed, once (script: %s)',
  async (javaScriptEnabled) => {
    const link = await linkMakers['sign-in'](stack)
    await withPage(
      async (page) => {
        await open(page, link, javaScriptEnabled)
        await page.reload()
        if (!javaScriptEnabled) await page.getByLabel('Link from the mail').fill(link.url)
        expect((await page.context().cookies()).map(({ name }) => name)).not.toContain(
          '__Host-access',
        )
        await page.getByRole('button', { name: 'Sign in here' }).click()
        await page.getByText(`You are signed in as ${link.email}.`).waitFor()
        await picture(page, 'sign-in-done')
        const kept = await page.context().cookies(origin)
        const names = ['__Host-access', '__Host-refresh', '__Host-csrf', '__Host-device']
        expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
        const cookie = kept.map(({ name, value }) => `${name}=${value}`).join('; ')
        const viewer = await stack.client.send(
          '{ viewer { user { email } session { authenticationMethods } } }',
          {},
          { cookie, origin },
        )
        expect(viewer.data.viewer).toEqual({
          user: { email: link.email },
          session: { authenticationMethods: ['otp'] },
        })
        await open(page, link, javaScriptEnabled)
        await page.getByRole('button').click()
        expect(await problem(page)).toContain('This link was used')
      },
      { javaScriptEnabled },
    )
  },
)

test('a sign-in link of somebody who has an authenticator app asks for its code, and the link alone is not enough', async () => {
  const person = await registerPerson(stack)
  const { secret } = await enrolApp(stack, person)
  await stack.client.send(
    'mutation ($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }',
    { input: { email: person.email } },
  )
  const { url } = await nextLink(stack, person.email)
  await withPage(async (page) => {
    await page.goto(url)
    await page.getByRole('button', { name: 'Sign in here' }).click()
    await page.getByText('Open your authenticator app').waitFor()
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('__Host-access')
    await page.route('https://app.example.com/start', (route) => route.fulfill({ body: 'home' }))
    await page.getByLabel('Code from the app').fill(codeOf(secret))
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await page.waitForURL('https://app.example.com/start')
    expect((await page.context().cookies(origin)).map(({ name }) => name)).toContain(
      '__Host-access',
    )
  })
})

test('with JavaScript the link leaves the address bar, and reloading or coming back keeps it', async () => {
  const link = await linkMakers['reset-password'](stack)
  await withPage(async (page) => {
    await open(page, link)
    expect(page.url()).toBe(`${origin}/account/reset-password`)
    expect(await page.getByLabel('Link from the mail').isVisible()).toBe(false)
    await page.reload()
    await page.goto(`${origin}/health/live`)
    await page.goBack()
    expect(await page.getByLabel('Link from the mail').isVisible()).toBe(false)
    await savePassword(page)
    await expectSaved(page, link.email)
  })
})

test('a link that is not complete is asked for', async () => {
  await withPage(async (page) => {
    await page.goto(`${origin}/account/reset-password`)
    expect(await page.getByLabel('Link from the mail').isVisible()).toBe(true)
    await page
      .getByLabel('Link from the mail')
      .fill('https://graph.example/account/reset-password#')
    await savePassword(page)
    expect(await problem(page)).toContain('This link is not complete')
    await picture(page, 'link-missing')
  })
})

const pageNames = [...passwordPages, ...buttonPages, 'new-password', 'sign-in'] as const

test.each(pageNames)(
  '%s: language, title, one heading, labels, name of the service, no sideways scrolling',
  async (name) => {
    for (const locale of ['en-GB', 'de-AT', 'fr-FR']) {
      await withPage(
        async (page) => {
          await page.goto(`${origin}/account/${name}#x`)
          const language = locale === 'de-AT' ? 'de' : 'en'
          expect(await page.locator('html').getAttribute('lang')).toBe(language)
          expect(await page.title()).toContain(PRODUCT)
          expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
          expect(await page.getByRole('banner').getByRole('link').textContent()).toBe(PRODUCT)
          for (const input of await page.locator('input:not([type=hidden])').all()) {
            const id = await input.getAttribute('id')
            expect(await page.locator(`label[for="${id}"]`).count()).toBe(1)
          }
          const width = await page.evaluate('document.documentElement.scrollWidth')
          expect(width).toBe(375)
        },
        { locale },
      )
    }
  },
)

test('every text is there in every language, and none is the English one', async () => {
  const texts = async (locale: string, name: string) =>
    await withPage(
      async (page) => {
        await page.goto(`${origin}/account/${name}#x`)
        return await page.locator('main').textContent()
      },
      { locale },
    )
  for (const name of pageNames) {
    expect(await texts('de-DE', name)).not.toBe(await texts('en-US', name))
  }
})

test('anyone who hears the page or has no mouse is taken to what matters', async () => {
  const link = await linkMakers['reset-password'](stack)
  await withPage(async (page) => {
    const focused = () =>
      page.evaluate<string>('document.activeElement.id || document.activeElement.tagName')
    await open(page, link)
    await expect.poll(focused).toBe('password')
    await page.keyboard.insertText('password123')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await expect.poll(focused).toBe('password')
    expect(await page.title()).toMatch(/^Error: /)
    await picture(page, 'reset-password-weak')
    await page.keyboard.insertText(NEW_PASSWORD)
    await page.keyboard.press('Tab')
    await expect.poll(focused).toBe('BUTTON')
    await page.keyboard.press('Enter')
    await page.getByText('The password is saved').waitFor()
    await expect.poll(focused).toBe('done')
    await picture(page, 'reset-password-done')
    await open(page, link)
    await savePassword(page)
    await page.getByRole('alert').waitFor()
    await expect.poll(focused).toBe('problem')
    expect(await page.getByRole('link', { name: `Continue to ${PRODUCT}` }).count()).toBe(1)
    await picture(page, 'link-used')
  })
})

test.each(['light', 'dark'] as const)('text stands out from the page (%s)', async (colorScheme) => {
  await withPage(
    async (page) => {
      for (const name of pageNames) {
        await page.goto(`${origin}/account/${name}#x`)
        for (const selector of ['h1', 'main p', 'button', 'a.button', 'label', '[role=alert]']) {
          const contrast = await page.evaluate(`(${CONTRAST})(${JSON.stringify(selector)})`)
          expect(contrast, `${name} ${selector}`).toBeGreaterThan(4.5)
        }
        await picture(page, `${name}-${colorScheme}`)
      }
    },
    { colorScheme },
  )
})

test('pictures of what else there is to see', async () => {
  const link = await linkMakers['not-me'](stack)
  await withPage(
    async (page) => {
      await open(page, link)
      await page.getByRole('button').click()
      await page.getByText('the old password no longer works').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      await picture(page, 'new-password-after-not-me')
    },
    { colorScheme: 'dark' },
  )
  await withPage(
    async (page) => {
      await page.goto(`${origin}/account/reset-password`)
      expect(await page.getByLabel('Link aus der E-Mail').isVisible()).toBe(true)
      await picture(page, 'reset-password-german-without-javascript')
    },
    { locale: 'de-DE', javaScriptEnabled: false },
  )
})

/** WCAG 2.2, 1.4.3: of the text's colour to the background that it stands on. Runs in the page. */
const CONTRAST = `(selector) => {
  const node = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility())
  if (node === undefined) return 21
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const luminance = (colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
      .slice(0, 3)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const style = getComputedStyle(node)
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const under = [isDark ? '#121212' : '#fff', style.backgroundColor]
  const [a, b] = [luminance(under), luminance([...under, style.color])].sort((x, y) => y - x)
  return (a + 0.05) / (b + 0.05)
}`

describe('the form', () => {
  const path = '/account/reset-password'

  async function formOf(page = path) {
    const answer = await fetch(`${origin}${page}`)
    const [, token = ''] = /name="form" value="([^"]+)"/.exec(await answer.text()) ?? []
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';')
    return { token, cookie }
  }

  const post = (
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    page = path,
  ) =>
    fetch(`${origin}${page}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, accept: 'text/html', ...headers },
      body: new URLSearchParams(fields),
    })

  test('is taken from this very origin, with the token of this page and browser, and from nowhere else', async () => {
    const { url, email } = await linkMakers['reset-password'](stack)
    const fields = { link: url, password: NEW_PASSWORD }
    const mine = await formOf()
    const others = await formOf()
    const ofOtherPage = await formOf('/account/not-me')
    for (const [headers, form] of [
      [{ cookie: mine.cookie, origin: 'https://evil.example' }, mine.token],
      [{ cookie: mine.cookie, origin: 'null' }, mine.token],
      [{ cookie: mine.cookie, origin: '' }, mine.token],
      [{ cookie: mine.cookie }, others.token],
      [{ cookie: mine.cookie }, ofOtherPage.token],
      [{ cookie: `${mine.cookie}; ${others.cookie}` }, mine.token],
      [{ cookie: mine.cookie }, ''],
      [{}, mine.token],
    ] as const) {
      const answer = await post({ ...fields, form }, headers)
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([403, 'no-store'])
      expect(await answer.text()).toContain('role="alert"')
    }
    const done = await post({ ...fields, form: mine.token }, { cookie: mine.cookie })
    expect([done.status, (await done.text()).includes(email)]).toEqual([200, true])
  })

  test('shows nothing of what was sent as markup, and no page may frame it', async () => {
    const { token, cookie } = await formOf()
    const answer = await post(
      { form: token, link: '#"><script>alert(1)</script>', password: 'short' },
      { cookie },
    )
    expect(answer.status).toBe(422)
    expect(await answer.text()).not.toContain('<script>alert')
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("default-src 'none'")
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
  })

  test('takes a form of its own size and kind alone, and says so in other ways than 500', async () => {
    const { token, cookie } = await formOf()
    const large = await post({ form: token, password: 'x'.repeat(20_000) }, { cookie })
    expect(large.status).toBe(413)
    const json = await post({ form: token }, { cookie, 'content-type': 'application/json' })
    expect(json.status).toBe(415)
    expect((await fetch(`${origin}${path}`, { method: 'PUT' })).status).toBe(405)
    const wrong = await post({ form: token, link: 'nobody.knows' }, { cookie })
    expect(wrong.status).toBe(422)
    const unknown = await post(
      { form: token, link: 'nobody.knows', password: NEW_PASSWORD },
      { cookie },
    )
    expect(unknown.status).toBe(410)
  })

  test('is for nobody from a network that may not use the graph', async () => {
    const closed = await startStack({ env: { ADDRESS_DENY: '127.0.0.0/8' } })
    try {
      const there = closed.env.PUBLIC_URL ?? ''
      const answer = await fetch(`${there}${path}`, { headers: { accept: 'text/html' } })
      expect([answer.status, (await answer.text()).includes('from your network')]).toEqual([
        403,
        true,
      ])
    } finally {
      await closed.stop()
    }
  })
})
