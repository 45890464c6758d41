// The look that settings give to pages: those of auth, and what the gateway shows by itself when it refuses one.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium, type Page } from '../chromium.ts'
import { startGateway } from '../gateway/start-gateway.ts'
import { startStack } from '../harness.ts'
import { look, problemOf, withPage } from './open-pages.ts'

const LOGO_URL = 'http://127.0.0.1:9/logo.svg'
const env = {
  PRODUCT_NAME: 'Hill & Dale',
  PAGES_LOGO_URL: LOGO_URL,
  PAGES_CSS: '--background: #fdf6e3; --text: #073642; --radius: 0',
}
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" fill="#268bd2"/></svg>`

// Of the browser.
declare const document: any
declare const getComputedStyle: (element: unknown) => Record<string, string>

// A browser has much to do, and shares the machine.
vi.setConfig({ testTimeout: 240_000 })

let chromium: Browser

beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
})

const serveLogo = (page: Page) =>
  page.route(LOGO_URL, (route) => route.fulfill({ body: LOGO, contentType: 'image/svg+xml' }))

async function expectLook(page: Page): Promise<void> {
  const logo = page.getByRole('img', { name: 'Hill & Dale' })
  await expect.poll(() => logo.evaluate((image: any) => image.naturalWidth)).toBe(120)
  const { background, text, radius } = await page.evaluate(() => {
    const html = getComputedStyle(document.documentElement)
    const button = getComputedStyle(document.querySelector('button, a.button'))
    return { background: html.backgroundColor, text: html.color, radius: button.borderRadius }
  })
  expect([background, text, radius]).toEqual(['rgb(253, 246, 227)', 'rgb(7, 54, 66)', '0px'])
}

test('a logo and colours of the deployment are on the sign-in page and the 404, and no other picture is let in', async () => {
  const stack = await startStack({ env })
  try {
    await withPage(chromium, async (page) => {
      await serveLogo(page)
      const response = await page.goto(`${stack.env.PUBLIC_URL}/sign-in`)
      await expectLook(page)
      await look(page, 'page-sign-in-brand')
      expect(response?.headers()['content-security-policy']).toContain(
        'img-src http://127.0.0.1:9;',
      )
      await page.goto(`${stack.env.PUBLIC_URL}/no-such-page`)
      await expectLook(page)
    })
  } finally {
    await stack.stop()
  }
})

test('too many requests: how long to wait, and a way to open the page again', async () => {
  const limits = [{ by: 'address', max: 1, windowSeconds: 3600 }]
  await using limited = await startGateway({
    env,
    yaml: { file: `limits: ${JSON.stringify(limits)}` },
  })
  await fetch(`${limited.gateway.url}/sign-in`)
  await withPage(chromium, async (page) => {
    await serveLogo(page)
    const response = await page.goto(`${limited.gateway.url}/sign-in?ui_locales=en`)
    expect(response?.status()).toBe(429)
    expect(Number(response?.headers()['retry-after'])).toBeGreaterThan(3000)
    expect(await problemOf(page)).toMatch(/Try again in \d+ minutes\./)
    await expectLook(page)
    await look(page, 'page-too-many-requests')
    const again = page.getByRole('link', { name: 'Open the page again' })
    expect(await again.getAttribute('href')).toContain('/sign-in')
  })
})

test('auth is unavailable: the gateway says so by itself, in the same look', async () => {
  await using slow = await startGateway({ env, limits: { executionTimeoutMs: 200 } })
  slow.auth.answerPagesWith(() => undefined)
  await withPage(chromium, async (page) => {
    await serveLogo(page)
    const response = await page.goto(`${slow.gateway.url}/sign-in`)
    expect(response?.status()).toBe(503)
    expect(await problemOf(page)).toContain('The service is busy or partly unavailable.')
    await expectLook(page)
    await look(page, 'page-unavailable')
  })
})
