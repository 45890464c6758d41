// Sessions in cookies, end to end (cases 23, 34 to 36, 48, 51): what a browser holds, sends, loses and may not do.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, createBrowser } from '../browser.ts'
import type { GraphqlAnswer } from '../client.ts'
import { rawBytes } from '../gateway/raw-request.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, LOGOUT, newEmail, PASSWORD, REGISTER, VERIFY, VIEWER } from '../people.ts'

const REFRESH = 'mutation { refresh { csrfToken tokens { accessToken } session { id } } }'
const CREATE_KEY = 'mutation { createApiKey(input: { name: "ci" }) { apiKey { id } } }'
const SESSION_COOKIES = ['__Host-access', '__Host-csrf', '__Host-refresh']

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

const openBrowser = () => createBrowser(stack.client, stack.env.PUBLIC_URL ?? '')
const sessionCookies = ({ cookies }: Browser) =>
  [...cookies.keys()].filter((name) => SESSION_COOKIES.includes(name)).sort()

async function register(browser: Browser, email = newEmail()) {
  const input = { email, password: PASSWORD, delivery: 'COOKIE' }
  const begun = await browser.send(REGISTER, { input })
  const verificationId: string = begun.data.register.verification.id
  return { email, verificationId, code: await stack.mailbox.takeCode(email) }
}

function copy(name: string, from: Browser, to: Browser): void {
  to.cookies.set(name, from.cookies.get(name) ?? '')
}

interface SignedIn {
  readonly browser: Browser
  readonly email: string
  readonly sessionId: string
  readonly csrf: Readonly<Record<string, string>>
}

async function signIn(browser = openBrowser()): Promise<SignedIn> {
  const { email, verificationId, code } = await register(browser)
  const verified = await browser.send(VERIFY, { input: { verificationId, code } })
  const { csrfToken, session } = verified.data.verifySession
  return { browser, email, sessionId: session.id, csrf: { 'x-csrf-token': csrfToken } }
}

function logIn(browser: Browser, email: string, headers: Record<string, string> = {}) {
  return browser.send(LOGIN, { input: { email, password: PASSWORD, delivery: 'COOKIE' } }, headers)
}

test('somebody registers, reads and leaves with cookies alone: no token is in any body', async () => {
  const browser = openBrowser()
  const { email, verificationId, code } = await register(browser)
  expect([...browser.cookies.keys()]).toEqual(['__Host-flow'])
  const verified = await browser.send(VERIFY, { input: { verificationId, code } })
  expect(verified.data.verifySession).toMatchObject({ tokens: null, deviceToken: null })
  expect(verified.text).not.toMatch(/eyJ|srt_|dvt_/)
  expect([...browser.cookies.keys()].sort()).toEqual([...SESSION_COOKIES, '__Host-device'].sort())

  const { viewer } = (await browser.send(VIEWER)).data
  expect(viewer.user.email).toBe(email)
  expect(viewer.csrfToken).toBe(browser.cookies.get('__Host-csrf'))

  const out = await browser.send(LOGOUT)
  expect(out.data.logout.revokedSessionIds).toEqual([viewer.session.id])
  expect(sessionCookies(browser)).toEqual([])
  expect((await browser.send('{ viewer { kind } }')).data).toEqual({ viewer: null })
})

test('cookies are cleared with the very attributes they were set with', async () => {
  const { browser, csrf } = await signIn()
  const refreshed = await browser.send(REFRESH, {}, csrf)
  const out = await browser.send(LOGOUT)
  const attributes = ({ cookies }: GraphqlAnswer) =>
    cookies.map((line) => line.replace(/=[^;]*/, '=').replace(/Max-Age=\d+/, 'Max-Age=')).sort()
  expect(attributes(out)).toEqual(attributes(refreshed))
})

test('logging out twice, also at once, is the same success', async () => {
  const { browser } = await signIn()
  const answers = await Promise.all([browser.send(LOGOUT), browser.send(LOGOUT)])
  answers.push(await browser.send(LOGOUT))
  expect(answers.flatMap(({ errors }) => errors)).toEqual([])
  expect(answers.flatMap(({ data }) => data.logout.revokedSessionIds)).toHaveLength(1)
  expect(new Set(answers.map(({ cookies }) => cookies.join('\n'))).size).toBe(1)
})

test('a mutation needs the CSRF token of this very session', async () => {
  const { browser, csrf } = await signIn()
  const other = await signIn()
  for (const headers of [{}, other.csrf, { 'x-csrf-token': 'x' }]) {
    const refused = await browser.send(CREATE_KEY, {}, headers)
    expect([refused.status, refused.code]).toEqual([403, 'CSRF_FAILED'])
  }
  expect((await browser.send(CREATE_KEY, {}, csrf)).errors).toEqual([])
})

test('parallel refreshes get one successor, and none of them clears a cookie', async () => {
  const { browser } = await signIn()
  const answers = await Promise.all(Array.from({ length: 20 }, () => browser.send(REFRESH)))
  expect(answers.flatMap(({ errors }) => errors)).toEqual([])
  const lines = answers.flatMap(({ cookies }) => cookies)
  expect(lines.filter((line) => line.includes('Max-Age=0;'))).toEqual([])
  const successors = lines.filter((line) => line.startsWith('__Host-refresh=srt_'))
  expect(new Set(successors.map((line) => line.split(';')[0])).size).toBe(1)
  expect((await browser.send(VIEWER)).data.viewer).not.toBeNull()
})

test('SESSION_REVOKED leaves the cookies, INVALID_REFRESH_TOKEN clears them', async () => {
  const { browser, email } = await signIn()
  const phone = openBrowser()
  copy('__Host-device', browser, phone)
  const there = await logIn(phone, email)
  expect(there.data.login.__typename).toBe('SignedIn')
  const csrf = { 'x-csrf-token': there.data.login.csrfToken }
  await phone.send(LOGOUT, { input: { scope: 'OTHERS' } }, csrf)
  await expect
    .poll(async () => (await browser.send(VIEWER)).errors[0]?.extensions.reason)
    .toBe('SESSION_REVOKED')
  expect(sessionCookies(browser)).toEqual(SESSION_COOKIES)
  expect((await browser.send(REFRESH)).code).toBe('INVALID_REFRESH_TOKEN')
  expect(sessionCookies(browser)).toEqual([])
  expect(sessionCookies(phone)).toEqual(SESSION_COOKIES)
})

test('a code works only in the browser that began, and trying it elsewhere costs no attempt', async () => {
  const browser = openBrowser()
  const { verificationId, code } = await register(browser)
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const elsewhere = await openBrowser().send(VERIFY, { input: { verificationId, code } })
    expect([elsewhere.code, elsewhere.cookies]).toEqual(['VERIFICATION_FAILED', []])
  }
  const verified = await browser.send(VERIFY, { input: { verificationId, code } })
  expect(verified.data.verifySession.__typename).toBe('SignedIn')
})

test('a page of somebody else signs nobody in: its login, its refresh and its code get no cookie', async () => {
  const { email, browser } = await signIn()
  const evil = { origin: 'https://evil.example' }
  const attempts = [
    await logIn(browser, email, evil),
    await browser.send(REFRESH, {}, evil),
    await browser.send(
      REGISTER,
      { input: { email, password: PASSWORD, delivery: 'COOKIE' } },
      evil,
    ),
  ]
  for (const { code, cookies } of attempts) expect([code, cookies]).toEqual(['CSRF_FAILED', []])
  const own = openBrowser()
  const { verificationId, code } = await register(own)
  const stolen = await own.send(VERIFY, { input: { verificationId, code } }, evil)
  expect([stolen.code, stolen.cookies]).toEqual(['VERIFICATION_FAILED', []])
})

test('anyone who logs in gets a session of their own, whatever session cookie was there before', async () => {
  const attacker = await signIn()
  const victim = await signIn()
  const planted = openBrowser()
  for (const name of SESSION_COOKIES) copy(name, attacker.browser, planted)
  copy('__Host-device', victim.browser, planted)
  const answer = await logIn(planted, victim.email)
  expect([attacker.sessionId, victim.sessionId]).not.toContain(answer.data.login.session.id)
  expect((await planted.send(VIEWER)).data.viewer.user.email).toBe(victim.email)
  expect((await attacker.browser.send(VIEWER)).data.viewer.user.email).toBe(attacker.email)
})

test('the password again changes the cookies of the session, and the session goes on', async () => {
  const { browser, csrf, sessionId } = await signIn()
  const before = browser.cookies.get('__Host-refresh')
  const again = (headers: Record<string, string>) =>
    browser.send(
      `mutation { reauthenticate(input: { password: "${PASSWORD}" }) { ... on SignedIn { tokens { accessToken } session { id } } } }`,
      {},
      headers,
    )
  expect((await again({})).code).toBe('CSRF_FAILED')
  expect((await again(csrf)).data.reauthenticate).toEqual({
    tokens: null,
    session: { id: sessionId },
  })
  expect(browser.cookies.get('__Host-refresh')).not.toBe(before)
  expect((await browser.send(REFRESH)).errors).toEqual([])
})

test('over plain http elsewhere than on localhost cookies are refused, with a word on what to do', async () => {
  const input = { email: newEmail(), password: PASSWORD, delivery: 'COOKIE' }
  const body = JSON.stringify({ query: REGISTER, variables: { input } })
  const answer = await rawBytes(
    stack.client.url,
    [
      'POST /graphql HTTP/1.1',
      'Host: graph.example.com',
      `Origin: ${stack.env.PUBLIC_URL}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
  expect(answer).toContain('BAD_USER_INPUT')
  expect(answer).toContain('https')
  expect(answer).not.toMatch(/set-cookie/i)
})

test('the tokens of a cookie session are refused in a header or a body', async () => {
  const { browser } = await signIn()
  const access = browser.cookies.get('__Host-access') ?? ''
  const bearer = await stack.client.send(VIEWER, {}, { authorization: `Bearer ${access}` })
  expect(bearer.errors[0]?.extensions.reason).toBe('TOKEN_INVALID')
  const refreshToken = browser.cookies.get('__Host-refresh')
  const inBody = await stack.client.send(
    'mutation ($input: RefreshInput) { refresh(input: $input) { csrfToken } }',
    { input: { refreshToken } },
  )
  expect(inBody.code).toBe('INVALID_REFRESH_TOKEN')
  expect((await browser.send(REFRESH)).errors).toEqual([])
})
