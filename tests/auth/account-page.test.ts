// What the account's pages offer, and what they say of what cannot be had: as the settings have it, and in words that help.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, enrolApp } from '../authenticator.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../people.ts'
import { WebBrowser } from './oauth/web-browser.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

async function signedIn(on: Stack, someone: Person): Promise<WebBrowser> {
  const browser = new WebBrowser(on)
  browser.cookies.set('__Host-device', someone.deviceToken)
  await browser.signIn(on, someone)
  return browser
}

const SIGNS_IN = 'It signs you in without a password.'

test.each([
  [{}, ['app', 'passkey'], true],
  [{ MFA: 'off' }, ['passkey'], true],
  [{ MFA: 'off', SIGN_IN_METHODS: 'password' }, [], null],
  [{ SIGN_IN_METHODS: 'password' }, ['app', 'passkey'], false],
])(
  'with %o /account leads to %j, and to nothing that is refused',
  async (env, offered, signsIn) => {
    const own = await startStack({ env })
    try {
      const browser = await signedIn(own, await registerPerson(own))
      const { html } = await browser.open('/account')
      const links = ['app', 'passkey'].filter((name) => html.includes(`href="/account/${name}"`))
      expect(links).toEqual(offered)
      if (signsIn === null) return
      const page = await browser.open('/account/passkey')
      expect(page.html.includes(SIGNS_IN)).toBe(signsIn)
    } finally {
      await own.stop()
    }
  },
)

test('whoever has as many as they can is told so, and not that something has changed', async () => {
  const person = await registerPerson(stack)
  const browser = await signedIn(stack, person)
  for (let apps = 0; apps < 3; apps += 1) await enrolApp(stack, person)
  await stack.db('sessions').where('user_id', person.id).update({ mfa_at: stack.db.fn.now() })
  const apps = await browser.press(await browser.open('/account/app'), '')
  expect([apps.status, apps.html.includes('as many authenticator apps as you can')]).toEqual([
    409,
    true,
  ])
  for (let count = 0; count < 20; count += 1) {
    const id = `fac_${count}_${person.id}`
    await stack.db('factors').insert({
      id,
      user_id: person.id,
      kind: 'PASSKEY',
      session_id: person.sessionId,
      confirmed_at: stack.db.fn.now(),
    })
    await stack.db('passkeys').insert({
      factor_id: id,
      credential_id: id,
      public_key: 'x',
      sign_count: 0,
      is_backup_eligible: true,
      is_backed_up: true,
      transports: [],
      aaguid: '00000000-0000-0000-0000-000000000000',
    })
  }
  const passkeys = await browser.press(await browser.open('/account/passkey'), '')
  expect([passkeys.status, passkeys.html.includes('as many passkeys as you can')]).toEqual([
    409,
    true,
  ])
})

test.each(['constructor', '__proto__', 'toString', 'nothing'])(
  'a link or a form that names %s does nothing, and shows nothing of it',
  async (name) => {
    const browser = await signedIn(stack, await registerPerson(stack))
    const shown = await browser.open(`/account?done=${name}`)
    expect([shown.status, shown.html.includes('id="done"')]).toEqual([200, false])
    expect(shown.html).not.toMatch(/native code|\[object/)
    expect((await browser.press(shown, name)).status).toBe(200)
  },
)

test('whoever added a factor on another device is asked for it after the password, and not for the password again', async () => {
  const person = await registerPerson(stack)
  const browser = await signedIn(stack, person)
  const hourAgo = { authenticated_at: stack.db.raw("now() - interval '1 hour'") }
  await stack.db('sessions').where('user_id', person.id).update(hourAgo)
  // Its token is renewed, and then the factor comes.
  browser.cookies.delete('__Host-access')
  await browser.press(await browser.open('/continue-session'), '')
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ authenticated_at: stack.db.fn.now() })
  const { secret } = await enrolApp(stack, person)
  const asked = await browser.press(await browser.open('/account/app'), '')
  expect(asked.html).toContain('name="currentPassword"')
  const next = await browser.press(asked, '', { currentPassword: PASSWORD })
  expect(next.html).not.toContain('name="currentPassword"')
  const back = await browser.press(next, '', { code: codeOf(secret) })
  expect([back.status, new URL(back.url, stack.env.PUBLIC_URL).pathname]).toEqual([
    200,
    '/account/app',
  ])
})
