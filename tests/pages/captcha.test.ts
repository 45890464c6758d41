// Captchas on the hosted pages: the widget of the service is in the answer that asks for it, that answer alone lets the service in, and what
// the widget leaves in the form is checked. The service is a stand-in: its script, its frame, and its siteverify.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, registerPerson } from '../people.ts'
import { expectAccessible, look, problemOf, signInWith, withPage } from './open-pages.ts'

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

const SITE_KEY = '1x00000000000000000000AA'

const services = {
  turnstile: {
    script: 'https://challenges.cloudflare.com/turnstile/v0/api.js',
    frame: 'https://challenges.cloudflare.com/frame',
    host: 'https://challenges.cloudflare.com',
    place: '.cf-turnstile',
    field: 'cf-turnstile-response',
  },
  hcaptcha: {
    script: 'https://js.hcaptcha.com/1/api.js',
    frame: 'https://newassets.hcaptcha.com/frame',
    host: 'https://*.hcaptcha.com',
    place: '.h-captcha',
    field: 'h-captcha-response',
  },
} as const

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
})

describe.each(['turnstile', 'hcaptcha'] as const)('%s', (name) => {
  const service = services[name]
  const solved = new Set<string>()
  let stack: Stack
  let origin: string

  beforeAll(async () => {
    stack = await startStack({
      outgoingFetch: async (_, { body }) => {
        const success = solved.delete(new URLSearchParams(String(body)).get('response') ?? '')
        return Response.json({ success, 'error-codes': success ? [] : ['invalid-input-response'] })
      },
      env: {
        PRODUCT_NAME: 'Hill & Dale',
        CAPTCHA: name,
        CAPTCHA_SITE_KEY: SITE_KEY,
        CAPTCHA_SECRET: 'the secret',
        // Loopback counts here.
        THROTTLE_EXEMPT: '192.0.2.1',
      },
    })
    origin = stack.env.PUBLIC_URL ?? ''
  })
  afterAll(async () => {
    await stack?.stop()
  })
  beforeEach(async () => {
    await stack.db('throttles').delete()
  })

  /** As its makers describe it: a frame of theirs in the place, and a field with the token beside it. */
  async function standIn(page: Page): Promise<{ asked: string[] }> {
    const asked: string[] = []
    await page.route(`${service.script}*`, async (route) => {
      asked.push(route.request().url())
      await route.fulfill({
        contentType: 'text/javascript',
        body: `for (const place of document.querySelectorAll('${service.place}')) {
          const frame = document.createElement('iframe')
          frame.src = '${service.frame}#' + place.dataset.sitekey
          frame.title = 'The widget'
          const field = document.createElement('input')
          field.type = 'hidden'
          field.name = '${service.field}'
          place.append(frame, field)
          addEventListener('message', ({ data, source }) => { if (source === frame.contentWindow) field.value = data })
        }`,
      })
    })
    await page.route(service.frame, async (route) => {
      const token = `token-${Math.random()}`
      solved.add(token)
      await route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><title>Widget</title><main><h1>Widget</h1><button onclick="parent.postMessage('${token}', '*')">I am a person</button></main>`,
      })
    })
    return { asked }
  }

  const directiveOf = (policy: string, name: string) =>
    policy.split('; ').find((one) => one.startsWith(`${name} `)) ?? ''

  const solve = async (page: Page) =>
    await page.frameLocator('iframe').getByRole('button', { name: 'I am a person' }).click()

  async function guess(email: string): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      await stack.client.send(LOGIN, { input: { email, password: 'wrong password here' } })
      await stack.db('throttles').where('key', 'like', '%login-pair%').delete()
    }
  }

  test('beyond a few tries the sign-in shows it, and goes on once it is solved', async () => {
    const { email } = await registerPerson(stack)
    await guess(email)
    await withPage(chromium, async (page) => {
      const { asked } = await standIn(page)
      const policies: string[] = []
      page.on('response', (response) => {
        if (response.url().startsWith(`${origin}/sign-in`))
          policies.push(response.headers()['content-security-policy'] ?? '')
      })
      await page.goto(`${origin}/sign-in`)
      expect(asked).toEqual([])
      await signInWith(page, email, PASSWORD)
      expect(await problemOf(page)).toContain('Show in the form that you are not one')
      await page.frameLocator('iframe').getByRole('button').waitFor()
      if (name === 'turnstile') await look(page, 'page-captcha')
      else await expectAccessible(page)
      // Nobody passes for a field that says nothing.
      await signInWith(page, email, PASSWORD)
      expect(await problemOf(page)).toContain('Show in the form that you are not one')
      await solve(page)
      await signInWith(page, email, PASSWORD)
      await page.getByText('We have sent a code to').waitFor()
      const [shown = '', refused = ''] = policies
      expect(shown).not.toContain(service.host)
      expect(shown).toContain("require-trusted-types-for 'script'")
      expect(refused).toMatch(/^default-src 'none'; /)
      for (const directive of ['script-src', 'frame-src', 'style-src', 'connect-src'])
        expect(directiveOf(refused, directive)).toContain(service.host)
      expect(refused).not.toContain('unsafe')
    })
  })

  test('so does the page for a new account', async () => {
    for (let count = 0; count < 5; count += 1)
      await stack.client.send(REGISTER, { input: { email: newEmail(), password: PASSWORD } })
    await withPage(
      chromium,
      async (page) => {
        const { asked } = await standIn(page)
        await page.goto(`${origin}/sign-up`)
        const create = async () => {
          await page.locator('#email').fill(newEmail())
          await page.locator('#password').fill('seven quiet river stones')
          await page.getByRole('button', { name: 'Konto anlegen' }).click()
        }
        await create()
        expect(await problemOf(page)).toContain('Zeigen Sie im Formular')
        await expectAccessible(page)
        await solve(page)
        if (name === 'hcaptcha') expect(new URL(asked[0] ?? '').searchParams.get('hl')).toBe('de')
        await create()
        await page.getByText('Wir haben einen Code an').waitFor()
      },
      { locale: 'de-DE' },
    )
  })

  test('without JavaScript a sentence says what helps', async () => {
    const { email } = await registerPerson(stack)
    await guess(email)
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in`)
        await signInWith(page, email, PASSWORD)
        expect(await problemOf(page)).toMatch(/try again in \d+ (seconds|minutes)\./)
        // Chromium shows what stands in `noscript` to people, and not while a debugger switches scripts off.
        const sentence = page.locator('form noscript')
        expect(await sentence.textContent()).toContain('This needs JavaScript.')
      },
      { javaScriptEnabled: false },
    )
  })
})
