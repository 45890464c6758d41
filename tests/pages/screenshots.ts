// Pictures for docs/pages.md. The tests that look at the pages take them, when SCREENSHOTS is set.
import { mkdirSync } from 'node:fs'
import type { Page } from '../chromium.ts'

const FOLDER = 'docs/screenshots'

export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return
  mkdirSync(FOLDER, { recursive: true })
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled', caret: 'hide' })
}
