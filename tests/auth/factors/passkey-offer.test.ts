// The challenge that stands in the sign-in page for whoever has a passkey: nothing is kept of it, and yet it is good once, for an hour, in
// the browser that was shown the page.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { isOffer } from '../../../subgraphs/auth/factors/passkey/offer.ts'
import { createBrowser } from '../../browser.ts'
import { type Stack, startStack } from '../../harness.ts'
import { usePasskey } from '../../software-passkey.ts'
import { type Loaded, WebBrowser } from '../oauth/web-browser.ts'
import { PROVE } from './ask.ts'
import { pageOf, passkeyHolder } from './passkey-people.ts'

let stack: Stack
let holder: Awaited<ReturnType<typeof passkeyHolder>>

beforeAll(async () => {
  stack = await startStack()
  holder = await passkeyHolder(stack)
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What a browser reads from the page, and what a passkey answers to it. */
function answerTo(page: Loaded) {
  const [, escaped = ''] = /data-passkey-offer="([^"]*)"/.exec(page.html) ?? []
  const [, verificationId = ''] = /name="verificationId" value="([^"]*)"/.exec(page.html) ?? []
  const options = JSON.parse(escaped.replaceAll('&quot;', '"'))
  const passkey = usePasskey(holder.passkey, options, pageOf(stack))
  return { verificationId, options, passkey, fields: { passkey: JSON.stringify(passkey) } }
}

const take = async (browser: WebBrowser, page: Loaded, fields: Record<string, string>) =>
  await browser.press(page, 'offered-passkey', fields)

const rows = async () => {
  const [counted] = await stack.db('verifications').count('* as n')
  return Number(counted?.n)
}

const isSignedIn = ({ cookies }: WebBrowser) => cookies.has('__Host-access')

test('a page that is looked at leaves no row and sets no cookie of a flow, and its passkey signs in', async () => {
  const before = await rows()
  const browser = new WebBrowser(stack)
  const page = await browser.open('/sign-in')
  expect([...browser.cookies.keys()]).toEqual(['__Host-form'])
  expect(page.html).toContain('autocomplete="username webauthn"')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const { options, fields } = answerTo(page)
  expect(options).toMatchObject({
    rpId: 'localhost',
    allowCredentials: [],
    userVerification: 'required',
  })
  expect(await rows()).toBe(before)

  const there = await take(browser, page, fields)
  expect([there.status, isSignedIn(browser)]).toEqual([200, true])
  expect(there.html).toContain(holder.email)
  const session = await stack.db('sessions').orderBy('created_at', 'desc').first()
  expect(session.authentication_methods).toEqual(['pop', 'user', 'mfa'])
})

test('two pages in two tabs are both good, and each of them once', async () => {
  const browser = new WebBrowser(stack)
  const [first, second] = [await browser.open('/sign-in'), await browser.open('/sign-in')]
  const again = new WebBrowser(stack)
  for (const [name, value] of browser.cookies) again.cookies.set(name, value)
  expect(answerTo(first).options.challenge).not.toBe(answerTo(second).options.challenge)
  const { fields } = answerTo(second)
  await take(browser, second, fields)
  expect(isSignedIn(browser)).toBe(true)
  const replayed = await take(again, second, fields)
  expect([replayed.status, isSignedIn(again)]).toEqual([422, false])
  expect(replayed.html).toContain('The passkey did not sign you in.')
  await take(again, first, answerTo(first).fields)
  expect(isSignedIn(again)).toBe(true)
})

test('of twenty answers at once one signs in', async () => {
  const browser = new WebBrowser(stack)
  const page = await browser.open('/sign-in')
  const { fields } = answerTo(page)
  const browsers = Array.from({ length: 20 }, () => {
    const copy = new WebBrowser(stack)
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    return copy
  })
  const answers = await Promise.all(browsers.map((one) => take(one, page, fields)))
  expect(browsers.filter(isSignedIn)).toHaveLength(1)
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
})

test('what was offered to one browser signs in no other, with the form of that one or on the graph', async () => {
  const theirs = await new WebBrowser(stack).open('/sign-in')
  const { verificationId, passkey, fields } = answerTo(theirs)
  const browser = new WebBrowser(stack)
  const own = await browser.open('/sign-in')
  const refused = await take(browser, own, { ...fields, verificationId })
  expect([refused.status, isSignedIn(browser)]).toEqual([422, false])

  const script = createBrowser(stack.client, pageOf(stack))
  const input = { verificationId, passkey }
  expect(isOffer(verificationId)).toBe(true)
  for (const headers of [{}, { 'sallyport-client-form': 'x' }])
    expect((await script.send(PROVE, { input }, headers)).code).toBe('VERIFICATION_FAILED')
  expect((await stack.client.send(PROVE, { input })).code).toBe('VERIFICATION_FAILED')
})

test.each([
  ['made up', 'ofr_1.zzzzzz.AAAAAAAAAAAAAAAAAAAAAA'],
  ['younger than it is', (id: string) => id.replace(/\.[0-9a-z]+\./, '.zzzzzz.')],
  ['of a key that is not there', (id: string) => id.replace('ofr_1.', 'ofr_9.')],
  ['in another shape', (id: string) => `${id}x`],
  ['of no flow', 'ver_AAAAAAAAAAAAAAAAAAAAAA'],
])('an id that is %s signs nobody in', async (_, changed) => {
  const browser = new WebBrowser(stack)
  const page = await browser.open('/sign-in')
  const { verificationId: right, fields } = answerTo(page)
  const verificationId = typeof changed === 'string' ? changed : changed(right)
  const refused = await take(browser, page, { ...fields, verificationId })
  expect([refused.status, isSignedIn(browser)]).toEqual([422, false])
})

test('an answer that is wrong uses it up', async () => {
  const browser = new WebBrowser(stack)
  const page = await browser.open('/sign-in')
  const { options, fields } = answerTo(page)
  const wrong = usePasskey(holder.passkey, options, pageOf(stack), {
    signature: Buffer.from('nothing that anybody signed'),
  })
  expect((await take(browser, page, { passkey: JSON.stringify(wrong) })).status).toBe(422)
  expect((await take(browser, page, fields)).status).toBe(422)
  expect(isSignedIn(browser)).toBe(false)
})

test('a page that was open for an hour asks to begin anew', async () => {
  const browser = new WebBrowser(stack)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 61 * 60_000 })
  const page = await browser.open('/sign-in')
  vi.useRealTimers()
  const refused = await take(browser, page, answerTo(page).fields)
  expect([refused.status, isSignedIn(browser)]).toEqual([422, false])
})

test('nobody has the passkey any more: the password manager is told, and of nothing else', async () => {
  const gone = await passkeyHolder(stack)
  await stack.db('factors').where('id', gone.factorId).delete()
  const browser = new WebBrowser(stack)
  const page = await browser.open('/sign-in')
  const { options } = answerTo(page)
  const fields = { passkey: JSON.stringify(usePasskey(gone.passkey, options, pageOf(stack))) }
  const refused = await take(browser, page, fields)
  const told = { signalUnknownCredential: { rpId: 'localhost', credentialId: gone.passkey.id } }
  expect(refused.html).toContain(
    `data-passkey-signals="${JSON.stringify(told).replaceAll('"', '&quot;')}"`,
  )
  const forged = usePasskey(holder.passkey, options, pageOf(stack), { challenge: 'x' })
  const wrong = await take(browser, await browser.open('/sign-in'), {
    passkey: JSON.stringify(forged),
  })
  expect(wrong.html).not.toContain('data-passkey-signals=')
})

test('where passkeys begin no sign-in nothing is offered, and nothing is taken', async () => {
  const offered = await new WebBrowser(stack).open('/sign-in')
  const without = await startStack({ env: { SIGN_IN_METHODS: 'password' } })
  try {
    const browser = new WebBrowser(without)
    const page = await browser.open('/sign-in')
    expect(page.html).not.toMatch(/data-passkey-offer=|username webauthn/)
    const { verificationId, fields } = answerTo(offered)
    const refused = await take(browser, page, { ...fields, verificationId })
    expect([refused.status, isSignedIn(browser)]).toEqual([403, false])
  } finally {
    await without.stop()
  }
})
