// A passkey was right, and the sign-in was refused for another reason: the page says which, and does not blame the passkey.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { usePasskey } from '../../software-passkey.ts'
import { WebBrowser } from '../oauth/web-browser.ts'
import { pageOf, passkeyHolder } from './passkey-people.ts'

let stack: Stack
let isRefused = false

beforeAll(async () => {
  stack = await startStack({
    env: { ANOMALIES: 'stale:block', ANOMALY_STALE_DAYS: '30' },
    hooks: {
      beforeSignIn: {
        run: async () => (isRefused ? { refuse: 'Not in these hours.' } : undefined),
        deadlineMs: 2_000,
      },
    },
  })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  isRefused = false
  await stack.db('throttles').delete()
})

/** The button on the sign-in page, and what the passkey answers to the page that follows. */
async function signInOn(
  browser: WebBrowser,
  { passkey }: Awaited<ReturnType<typeof passkeyHolder>>,
  search = '',
) {
  const verify = await browser.press(await browser.open(`/sign-in${search}`), 'passkey')
  const [, escaped = ''] = /data-options="([^"]*)"/.exec(verify.html) ?? []
  const options = JSON.parse(escaped.replaceAll('&quot;', '"'))
  const answer = usePasskey(passkey, options, pageOf(stack))
  return await browser.press(verify, '', { passkey: JSON.stringify(answer) })
}

async function leaveUnused({ id }: { readonly id: string }): Promise<void> {
  const old = stack.db.raw("now() - interval '31 days'")
  await stack.db('users').where('id', id).update({ created_at: old })
  await stack.db('sessions').where('user_id', id).update({ last_used_at: old })
  await stack.db('sign_in_places').where('user_id', id).update({ last_at: old })
}

test('a sign-in that was stopped as unusual says so, in the language of the page', async () => {
  for (const [search, sentence] of [
    ['', 'This sign-in is unusual, and was stopped.'],
    ['?ui_locales=de', 'Diese Anmeldung ist ungewöhnlich und wurde verhindert.'],
  ] as const) {
    const holder = await passkeyHolder(stack)
    await leaveUnused(holder)
    const browser = new WebBrowser(stack)
    const refused = await signInOn(browser, holder, search)
    expect([refused.status, browser.cookies.has('__Host-access')]).toEqual([403, false])
    expect(refused.html).toContain(sentence)
  }
})

test('one that a hook refused has the sentence of the hook', async () => {
  const holder = await passkeyHolder(stack)
  isRefused = true
  const refused = await signInOn(new WebBrowser(stack), holder)
  expect(refused.status).toBe(403)
  expect(refused.html).toContain('Not in these hours.')
})

test('one that was wrong is told as wrong, and a right one signs in', async () => {
  const [holder, other] = [await passkeyHolder(stack), await passkeyHolder(stack)]
  const forged = { ...holder, passkey: { ...holder.passkey, privateKey: other.passkey.privateKey } }
  const wrong = await signInOn(new WebBrowser(stack), forged)
  expect(wrong.status).toBe(410)
  expect(wrong.html).toContain('The passkey did not sign you in.')
  const browser = new WebBrowser(stack)
  await signInOn(browser, holder)
  expect(browser.cookies.has('__Host-access')).toBe(true)
})
