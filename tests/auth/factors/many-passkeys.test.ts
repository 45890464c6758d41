// Somebody has as many passkeys as they can, with long ids: what a browser is asked stands in a cookie of the hosted pages, and fits.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, registerPerson } from '../../people.ts'
import { usePasskey } from '../../software-passkey.ts'
import { type Loaded, WebBrowser } from '../oauth/web-browser.ts'
import { addPasskey, pageOf } from './passkey-people.ts'

/** Browsers drop a longer one, name and value, without a word. */
const LONGEST_COOKIE = 4096

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

async function holderOf(count: number) {
  const person = await registerPerson(stack)
  const passkeys = []
  for (let one = 0; one < count; one += 1) {
    const deviation = { id: randomBytes(200).toString('base64url') }
    passkeys.push((await addPasskey(stack, person, { deviation })).passkey)
  }
  return { ...person, passkeys }
}

async function askAfterPassword(browser: WebBrowser, email: string): Promise<Loaded> {
  const signIn = await browser.open('/sign-in')
  const verify = await browser.press(signIn, '', { email, password: PASSWORD })
  return await browser.press(verify, 'passkey')
}

function optionsOf({ html }: Loaded) {
  const [, escaped = ''] = /data-options="([^"]*)"/.exec(html) ?? []
  return JSON.parse(escaped.replaceAll('&quot;', '"'))
}

test.each([1, 20])('the passkey of somebody who has %i follows the password', async (count) => {
  const { email, passkeys } = await holderOf(count)
  const browser = new WebBrowser(stack)
  const asked = await askAfterPassword(browser, email)
  for (const [name, value] of browser.cookies)
    expect([name, name.length + value.length < LONGEST_COOKIE]).toEqual([name, true])
  const options = optionsOf(asked)
  // All of ours can be found without a list.
  expect(options.allowCredentials).toHaveLength(count === 1 ? 1 : 0)
  const [passkey] = passkeys.slice(-1)
  if (passkey === undefined) throw new Error('no passkey')
  const answer = usePasskey(passkey, options, pageOf(stack))
  await browser.press(asked, '', { passkey: JSON.stringify(answer) })
  expect(browser.cookies.has('__Host-access')).toBe(true)
})
