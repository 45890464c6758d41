// Chromium, as people have it: a fresh profile for each test, and nothing of the internet.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

export type { Page } from 'playwright-core'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** @throws when there is none: a suite that looked at no page must not pass. CHROMIUM names another place. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place))
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium: install it (apt-get install chromium), or set CHROMIUM to its path.',
    )
  }
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
