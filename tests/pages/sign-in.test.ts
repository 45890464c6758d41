// The sign-in pages as a person uses them: with and without JavaScript, with each way in and each further factor.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { codeOf, enrolApp, forgetSteps } from '../authenticator.ts'
import { launchChromium } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, registerPerson } from '../people.ts'
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
import { picture } from './screenshots.ts'

const PRODUCT = 'Hill & Dale'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let stack: Stack
let chromium: Browser
let origin: string
let home: string

beforeAll(async () => {
  chromium = await launchChromium()
  stack = await startStack({
    env: {
      PRODUCT_NAME: PRODUCT,
      PAGES_ACCENT: '#0f766e',
      HOME_URL: 'http://127.0.0.1:9/home',
      SIGN_IN_RETURN_TO: 'http://127.0.0.1:9/inbox',
    },
  })
  origin = stack.env.PUBLIC_URL ?? ''
  home = 'http://127.0.0.1:9/home'
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
})

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s', (_, javaScriptEnabled) => {
  const options = { javaScriptEnabled }

  test('password and mailed code make a session in cookies, and lead home', async () => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await page.route(home, (route) => route.fulfill({ body: 'home' }))
        await page.goto(`${origin}/sign-in`)
        if (javaScriptEnabled) await look(page, 'page-sign-in')
        await signInWith(page, email, 'not the password')
        expect(await problemOf(page)).toContain('The e-mail address or the password is wrong.')
        await signInWith(page, email, PASSWORD)
        await page.getByText(`We have sent a code to ${email[0]}…@example.com.`).waitFor()
        await page.reload()
        if (javaScriptEnabled) await look(page, 'page-verify-mail')
        await enterCode(page, '00000000')
        expect(await problemOf(page)).toContain('This code is wrong. You can try 4 more times.')
        await enterCode(page, await stack.mailbox.takeCode(email))
        await page.waitForURL(home)
        expect(await viewerOf(page, stack)).toMatchObject({ user: { email } })
      },
      options,
    )
  })

  test('a code by mail alone is enough, and its second use is over', async () => {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await page.route('http://127.0.0.1:9/inbox', (route) => route.fulfill({ body: 'inbox' }))
        const returnTo = encodeURIComponent('http://127.0.0.1:9/inbox')
        await page.goto(`${origin}/sign-in?returnTo=${returnTo}`)
        await page.getByLabel('E-mail address').fill(email)
        await page.getByRole('button', { name: 'E-mail me a code' }).click()
        await page.getByText('The e-mail contains a link too').waitFor()
        const code = await stack.mailbox.takeCode(email)
        await enterCode(page, code)
        await page.waitForURL('http://127.0.0.1:9/inbox')
        expect(await viewerOf(page, stack)).toMatchObject({
          user: { email },
          session: { authenticationMethods: ['otp'] },
        })
        await page.goto(`${origin}/verify`)
        expect(await problemOf(page)).toContain('Signing in took too long')
      },
      options,
    )
  })
})

test('a keyboard is enough: each thing has the focus in its turn, and shows it', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/sign-in?returnTo=/account`)
    const { keyboard } = page
    const tabTo = async (name: string) => {
      await keyboard.press('Tab')
      const focused = page.locator(':focus')
      expect(((await focused.textContent()) || (await focused.getAttribute('id')))?.trim()).toBe(
        name,
      )
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      expect(outline).toBe('solid')
    }
    // The browser gives it the focus some time after the page has loaded.
    await page.locator('#email:focus').waitFor()
    await keyboard.type(email)
    await tabTo('password')
    await keyboard.type('not the password')
    await tabTo('Sign in')
    await tabTo('E-mail me a code')
    await keyboard.press('Shift+Tab')
    await keyboard.press('Space')
    expect(await problemOf(page)).toContain('The e-mail address or the password is wrong.')
    await page.locator('#problem:focus').waitFor()
    // From what is wrong on to the form, which has kept the e-mail address.
    await tabTo('email')
    await tabTo('password')
    await keyboard.type(PASSWORD)
    await keyboard.press('Enter')
    await page.getByText('We have sent a code to').waitFor()
    await page.locator('#code:focus').waitFor()
    await keyboard.type(await stack.mailbox.takeCode(email))
    await keyboard.press('Enter')
    await page.getByText(`You are signed in as ${email}.`).waitFor()
    expect(await viewerOf(page, stack)).toMatchObject({ user: { email } })
  })
})

test('whoever has an authenticator app is asked for it, and a recovery code stands in', async () => {
  const person = await registerPerson(stack)
  const { secret, factorId } = await enrolApp(stack, person)
  const { data } = await stack.client.send(
    'mutation { createRecoveryCodes { codes } }',
    {},
    person.headers,
  )
  const [recoveryCode] = data.createRecoveryCodes.codes
  await forgetSteps(stack, factorId)
  await withPage(chromium, async (page) => {
    await page.route(home, (route) => route.fulfill({ body: 'home' }))
    await page.goto(`${origin}/sign-in`)
    await signInWith(page, person.email, PASSWORD)
    await page.getByText('Open your authenticator app').waitFor()
    await look(page, 'page-verify-app')
    await enterCode(page, '000000')
    expect(await problemOf(page)).toContain('This code is wrong')
    expect(await page.getByLabel('Code from the app').getAttribute('aria-invalid')).toBe('true')
    await enterCode(page, codeOf(secret))
    await page.waitForURL(home)
    expect((await viewerOf(page, stack)).session.authenticationMethods).toEqual([
      'pwd',
      'otp',
      'mfa',
    ])
  })
  await withPage(chromium, async (page) => {
    await page.route(home, (route) => route.fulfill({ body: 'home' }))
    await page.goto(`${origin}/sign-in`)
    await signInWith(page, person.email, PASSWORD)
    await page.getByRole('link', { name: 'Use a recovery code' }).click()
    await look(page, 'page-verify-recovery')
    await enterCode(page, recoveryCode)
    await page.waitForURL(home)
    expect(await viewerOf(page, stack)).toMatchObject({ user: { email: person.email } })
  })
})

test('somebody who is signed in goes on as they are, or as somebody else', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    await page.route(home, (route) => route.fulfill({ body: 'home' }))
    await signInByMail(page, stack, email)
    await page.waitForURL(home)
    await page.goto(`${origin}/sign-in`)
    await page.getByText(`You are signed in as ${email}.`).waitFor()
    expect(
      await page.getByRole('link', { name: 'Continue', exact: true }).getAttribute('href'),
    ).toBe(home)
    await look(page, 'page-sign-in-present')
    await page.getByRole('link', { name: 'Sign in as somebody else' }).click()
    await page.getByLabel('Password').waitFor()
  })
})

test('an app that asked for a sign-in gets the browser back at its consent', async () => {
  const { email } = await registerPerson(stack)
  await withPage(chromium, async (page) => {
    await page.route('**/consent?flow=abc_123', (route) => route.fulfill({ body: 'consent' }))
    await signInByMail(page, stack, email, '?flow=abc_123')
    await page.waitForURL(`${origin}/consent?flow=abc_123`)
  })
})

test('a session whose access token has expired goes on with a button, or with JavaScript by itself', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await page.route(home, (route) => route.fulfill({ body: 'home' }))
        await signInByMail(page, stack, email)
        await page.waitForURL(home)
        const before = await viewerOf(page, stack)
        await page.context().clearCookies({ name: '__Host-access' })
        await page.goto(`${origin}/continue-session?page=/sign-in`)
        if (!javaScriptEnabled) {
          await picture(page, 'page-continue-session')
          await page.getByRole('button', { name: 'Continue' }).click()
        }
        await page.getByText(`You are signed in as ${email}.`).waitFor()
        expect((await viewerOf(page, stack)).session.id).toBe(before.session.id)
      },
      { javaScriptEnabled },
    )
  }
})

test('by language of the browser or of the app that sent it, in light and dark, narrow and wide', async () => {
  for (const [options, search, title, name] of [
    [{ locale: 'de-AT' }, '', 'Bei Hill & Dale anmelden', 'page-sign-in-german'],
    [{ colorScheme: 'dark' }, '?ui_locales=de', 'Bei Hill & Dale anmelden', 'page-sign-in-dark'],
    [{ viewport: WIDE }, '?ui_locales=fr%20en', 'Sign in to Hill & Dale', 'page-sign-in-wide'],
  ] as const) {
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in${search}`)
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title)
        const width = await page.evaluate('document.documentElement.scrollWidth')
        expect(width).toBe(page.viewportSize()?.width)
        await look(page, name)
      },
      options,
    )
  }
})

describe('attacks', () => {
  const open = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${origin}${path}`, {
      redirect: 'manual',
      headers: { accept: 'text/html', ...headers },
    })
    const text = await answer.text()
    const [, form = ''] = /name="form" value="([^"]+)"/.exec(text) ?? []
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ')
    return { answer, text, form, cookie }
  }
  const post = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, accept: 'text/html', ...headers },
      body: new URLSearchParams(fields),
    })

  test.each([
    'https://evil.example/',
    'http://127.0.0.1:9/inbox/',
    'http://127.0.0.1:9/inbox?x',
    'HTTP://127.0.0.1:9/inbox',
    'http://127.0.0.1:9/inbox#x',
    '//evil.example',
    '/account/sign-in',
    'javascript:alert(1)',
    '',
  ])('returnTo=%s leads nowhere, and nobody signs in on the way to it', async (returnTo) => {
    const path = `/sign-in?returnTo=${encodeURIComponent(returnTo)}`
    const { answer, text } = await open(path)
    expect(answer.status).toBe(400)
    expect(text).not.toContain('<form')
    const twice = await open(`/sign-in?returnTo=${encodeURIComponent(home)}&returnTo=${returnTo}`)
    expect(twice.answer.status).toBe(400)
  })

  test('a form without its token, of another browser, of another page or from elsewhere is refused, readably', async () => {
    const { email } = await registerPerson(stack)
    const fields = { email, password: PASSWORD }
    const mine = await open('/sign-in')
    const others = await open('/sign-in')
    const ofOtherPage = await open('/continue-session')
    for (const [headers, form] of [
      [{ cookie: mine.cookie }, ''],
      [{ cookie: mine.cookie }, others.form],
      [{ cookie: mine.cookie }, ofOtherPage.form],
      [{ cookie: mine.cookie, origin: 'https://evil.example' }, mine.form],
      [{ cookie: mine.cookie, origin: 'null' }, mine.form],
      [{ cookie: `${mine.cookie}; __Host-flow=planted` }, mine.form],
      [{}, mine.form],
    ] as const) {
      const answer = await post('/sign-in', { ...fields, form }, headers)
      expect(answer.status).toBe(403)
      const text = await answer.text()
      expect(text).toContain('This page is out of date')
      expect(answer.headers.getSetCookie().join()).not.toContain('__Host-access')
    }
    const done = await post('/sign-in', { ...fields, form: mine.form }, { cookie: mine.cookie })
    expect(done.status).toBe(303)
  })

  test('a link changes nothing, whatever stands in it', async () => {
    const { email } = await registerPerson(stack)
    const { answer } = await open(`/sign-in?email=${email}&do=email`)
    const names = answer.headers.getSetCookie().map((line) => line.split('=', 1)[0])
    expect([answer.status, names]).toEqual([200, ['__Host-form']])
    const secret = await open(`/sign-in?email=${email}&password=${encodeURIComponent(PASSWORD)}`)
    expect(secret.answer.status).toBe(400)
    for (const path of ['/verify?do=resend', '/continue-session?do=x']) {
      const { answer: shown } = await open(path)
      expect(shown.headers.getSetCookie().join()).not.toMatch(/__Host-(access|refresh|flow)=/)
    }
  })

  test('no page is framed, stored, or shows markup that was sent', async () => {
    const { cookie, form, answer } = await open('/sign-in')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    const sent = await post(
      '/sign-in',
      { form, email: '"><script>alert(1)</script>', password: 'x' },
      { cookie },
    )
    expect(await sent.text()).not.toContain('<script>alert')
  })

  test.each(['/sign-in/', '/sign-in%2f', '//sign-in', '/sign-in;x', '/SIGN-IN'])(
    '%s is not a page, and a person can read that',
    async (path) => {
      const { answer, text } = await open(path)
      expect(answer.status).toBe(404)
      expect(text).toContain('There is nothing here')
    },
  )

  test('a step of somebody else is not taken up: the challenge alone, or the flow alone, opens nothing', async () => {
    const { email } = await registerPerson(stack)
    const mine = await open('/sign-in')
    const begun = await post(
      '/sign-in',
      { form: mine.form, email, do: 'email' },
      { cookie: mine.cookie },
    )
    const cookies = begun.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '')
    const code = await stack.mailbox.takeCode(email)
    const only = (name: string) => cookies.filter((line) => line.startsWith(name)).join('; ')
    for (const stolen of [only('__Host-challenge'), only('__Host-flow')]) {
      const page = await open('/verify', { cookie: stolen })
      const answer = await post(
        '/verify',
        { form: page.form, code },
        { cookie: `${stolen}; ${page.cookie}` },
      )
      expect([403, 410]).toContain(answer.status)
      expect(answer.headers.getSetCookie().join()).not.toContain('__Host-access')
    }
  })
})
