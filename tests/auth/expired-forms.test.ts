// A page that stays open past the access token's life: what was typed counts, the session goes on, and nothing else is let in by that.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { newEmail, type Person, registerPerson } from '../people.ts'
import { WebBrowser } from './oauth/web-browser.ts'

let stack: Stack
let person: Person
let browser: WebBrowser

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  person = await registerPerson(stack)
  browser = await signedIn(person)
})

async function signedIn(someone: Person): Promise<WebBrowser> {
  const fresh = new WebBrowser(stack)
  fresh.cookies.set('__Host-device', someone.deviceToken)
  await fresh.signIn(stack, someone)
  return fresh
}

const expire = ({ cookies }: WebBrowser) => cookies.delete('__Host-access')
const sessions = async () => await stack.db('sessions').where('user_id', person.id).orderBy('id')
const mailed = async (address: string) =>
  await stack.db('verifications').where('email_normalized', address.toLowerCase())

test('what was typed counts, and the session goes on in this browser', async () => {
  const page = await browser.open('/account/email')
  const [before, email] = [browser.cookies.get('__Host-refresh'), newEmail()]
  expire(browser)
  const next = await browser.press(page, '', { email })
  expect([next.status, await mailed(email)]).toEqual([200, [expect.anything()]])
  expect(next.html).toContain('name="code"')
  expect(browser.cookies.has('__Host-access')).toBe(true)
  expect(browser.cookies.get('__Host-refresh')).not.toBe(before)
  expect((await browser.open('/account')).html).toContain(person.email)
})

test('signing out ends the session, and leaves none of its cookies', async () => {
  const page = await browser.open('/sign-out')
  expire(browser)
  const done = await browser.press(page, '')
  expect(done.html).toContain('You are signed out.')
  expect([...browser.cookies.keys()]).not.toContain('__Host-access')
  expect([...browser.cookies.keys()]).not.toContain('__Host-refresh')
})

test('a session that ended goes on for nobody', async () => {
  const page = await browser.open('/account/email')
  expire(browser)
  await stack.db('sessions').where('user_id', person.id).update({ status: 'REVOKED' })
  const email = newEmail()
  const refused = await browser.press(page, '', { email })
  expect([refused.status, await mailed(email)]).toEqual([403, []])
  expect(browser.cookies.has('__Host-access')).toBe(false)
})

test('the form of another page, of another person or of nobody is refused as ever', async () => {
  const others = await signedIn(await registerPerson(stack))
  for (const form of [
    await browser.open('/account/password'),
    await others.open('/account/email'),
    await new WebBrowser(stack).open('/account/email'),
  ]) {
    expire(browser)
    const [, token = ''] = /name="form" value="([^"]+)"/.exec(form.html) ?? []
    const page = await browser.open('/sign-in?again=1')
    const email = newEmail()
    const html = `<form method="post" action="/account/email"><input type="hidden" name="form" value="${token}"><input name="email"></form>`
    const refused = await browser.press({ ...page, html }, '', { email })
    expect([refused.status, await mailed(email)]).toEqual([403, []])
  }
})

test('from another site not even the session is renewed', async () => {
  const page = await browser.open('/account/email')
  expire(browser)
  const before = await sessions()
  const [, token = ''] = /name="form" value="([^"]+)"/.exec(page.html) ?? []
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const refused = await fetch(`${stack.env.PUBLIC_URL}/account/email`, {
    method: 'POST',
    headers: { origin: 'https://attacker.example', cookie },
    body: new URLSearchParams({ form: token, email: newEmail() }),
  })
  expect([refused.status, refused.headers.getSetCookie(), await sessions()]).toEqual([
    403,
    [],
    before,
  ])
})

test('a form that was shown to somebody whose token had expired needs no renewing', async () => {
  expire(browser)
  const page = await browser.open('/sign-in?again=1')
  const before = await sessions()
  const email = newEmail()
  expect((await browser.press(page, 'email', { email })).status).toBe(200)
  expect(await sessions()).toEqual(before)
})
