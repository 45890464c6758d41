// Attackers who have one thing of somebody's, and nothing else: the password, the mailbox, or a refresh token. What it opens, and where it ends.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { enrolApp } from '../authenticator.ts'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'
import { createPasskey } from '../software-passkey.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './factors/ask.ts'
import { passkeyHolder } from './factors/passkey-people.ts'
import { WebBrowser } from './oauth/web-browser.ts'
import { envFor, type PretendProvider, startPretendProvider } from './providers/pretend-provider.ts'
import { person as at, finish, start } from './providers/sign-in.ts'

let provider: PretendProvider
let stack: Stack

beforeAll(async () => {
  provider = await startPretendProvider()
  stack = await startStack({ env: { ...envFor(provider), REMEMBER_DEVICE_DAYS: '30' } })
})
afterAll(async () => {
  await stack?.stop()
  await provider?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = async (document: string, input: object = {}, headers = {}) =>
  await askWith(stack.client, document, input, headers)

const victims: readonly [string, readonly string[], () => Promise<Person>][] = [
  ['nothing but a password', ['EMAIL_CODE'], async () => await registerPerson(stack)],
  [
    'an authenticator app',
    ['TOTP'],
    async () => {
      const person = await registerPerson(stack)
      await enrolApp(stack, person)
      return person
    },
  ],
  ['a passkey', ['PASSKEY'], async () => await passkeyHolder(stack)],
]

const sessionsOf = async ({ id }: Person) =>
  await stack.db('sessions').where({ user_id: id, status: 'ACTIVE' }).pluck('id')

describe.each(victims)('of somebody who has %s', (_, methods, register) => {
  test('the password: the next step is asked for, and nothing goes round it', async () => {
    const victim = await register()
    const before = await sessionsOf(victim)
    const asked = await send(LOGIN, { email: victim.email, password: PASSWORD })
    expect(asked.verification.methods).toEqual(methods)
    const { id: verificationId } = asked.verification

    // Codes of another shape, a passkey of one's own, a factor of one's own, and the mailbox of somebody who has more.
    for (const code of ['12345678', '123456', 'abcd-efgh-jkmn-pqrs'])
      expect((await send(PROVE, { verificationId, code })).code).toBe('VERIFICATION_FAILED')
    const own = createPasskey(
      { rp: { id: 'localhost' }, user: { id: 'AAAA' }, challenge: 'AAAA' },
      stack.env.PUBLIC_URL ?? '',
    )
    expect((await send(PROVE, { verificationId, passkey: own.response })).code).toMatch(
      /VERIFICATION_FAILED|BAD_USER_INPUT/,
    )
    const enrol = `mutation ($input: EnrolFactorInput!) { enrolFactor(input: $input) { __typename } }`
    for (const method of ['TOTP', 'PASSKEY'])
      expect((await send(enrol, { verificationId, method })).code).toBe('VERIFICATION_FAILED')
    expect(await sessionsOf(victim)).toEqual(before)
    expect(await stack.db('factors').where('user_id', victim.id)).toHaveLength(
      methods[0] === 'EMAIL_CODE' ? 0 : 1,
    )
  })

  test('a refresh token: the session it is of, and no way to stay, to move in or to lock the owner out', async () => {
    const victim = await register()
    await stack
      .db('sessions')
      .where('user_id', victim.id)
      .update({
        authenticated_at: stack.db.raw("now() - interval '1 hour'"),
        mfa_at: stack.db.raw(
          "case when mfa_at is null then null else now() - interval '1 hour' end",
        ),
      })
    const { data } = await refreshWith(stack.client, victim.refreshToken)
    const headers = bearer(data.refresh.tokens.accessToken)
    for (const mutation of [
      'addEmail(input: { email: "thief@example.com" }) { id }',
      'setPrimaryEmail(input: { id: "eml_x" }) { id }',
      'removeEmail(input: { id: "eml_x" }) { id }',
      'startTotp { factorId }',
      'startPasskey { verificationId }',
      'createRecoveryCodes { codes }',
      'removeFactor(input: { factorId: "fac_x" }) { id }',
      'linkIdentity(input: { provider: "acme" }) { url }',
      'unlinkIdentity(input: { identityId: "idn_x" }) { id }',
      'deleteAccount { verification { id } }',
    ]) {
      const refused = await send(`mutation { ${mutation} }`, {}, headers)
      expect([mutation, refused.code]).toEqual([mutation, 'STEP_UP_REQUIRED'])
    }
    // The password is asked for, guesses at it count, and an API key works once its code was read from the mailbox.
    const change = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { __typename } }`
    const guess = { currentPassword: 'not the password', newPassword: 'seven quiet river stones' }
    expect((await send(change, guess, headers)).code).toMatch(
      /INVALID_CREDENTIALS|STEP_UP_REQUIRED/,
    )
    expect((await send(CONFIRM, { password: 'not the password' }, headers)).code).toBe(
      'INVALID_CREDENTIALS',
    )
    const key = await send(
      'mutation { createApiKey(input: { name: "k" }) { key secret } }',
      {},
      headers,
    )
    if (key.code !== 'STEP_UP_REQUIRED') {
      const credentials = { 'x-api-key': key.key, 'x-api-secret': key.secret }
      expect((await stack.client.send('{ viewer { kind } }', {}, credentials)).code).toBe(
        'UNAUTHENTICATED',
      )
    }
    // A browser cannot use it as a cookie.
    const browser = new WebBrowser(stack)
    browser.cookies.set('__Host-refresh', data.refresh.tokens.refreshToken)
    const page = await browser.follow('/account')
    const answered = await browser.press(page, '')
    expect(answered.html).not.toContain(victim.email)
    expect(browser.cookies.has('__Host-access')).toBe(false)
  })
})

test.each(victims.slice(1))(
  'the mailbox of somebody who has %s: a first step by code, by link, by a provider or by a reset, and no session',
  async (_, methods, register) => {
    const victim = await register()
    const before = await sessionsOf(victim)
    const code = async () => await stack.mailbox.takeCode(victim.email)
    const begin = `mutation ($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }`
    const begun = await send(begin, { email: victim.email })
    const next = await send(PROVE, { verificationId: begun.verification.id, code: await code() })
    expect(next.verification?.methods).toEqual(methods)

    await stack.db('throttles').delete()
    const trip = await start(stack)
    const back = provider.consent(trip.url, at(`thief of ${victim.id}`, victim.email))
    const mailed = await finish(stack, {
      verificationId: trip.verificationId,
      providerAnswer: back,
    })
    const { id } = mailed.data.verifySession.verification
    const further = await finish(stack, { verificationId: id, code: await code() })
    expect(further.data.verifySession.verification.methods).toEqual(methods)
    expect(await stack.db('linked_identities').where('user_id', victim.id)).toEqual([])
    expect(await sessionsOf(victim)).toEqual(before)
    expect(await stack.db('factors').where('user_id', victim.id)).toHaveLength(1)
  },
)

test('a refresh token of an admin administers nothing, and a fresh proof does', async () => {
  const admin = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email: admin.email, role: 'admin' })
  const old = { authenticated_at: stack.db.raw("now() - interval '1 hour'") }
  await stack.db('sessions').where('user_id', admin.id).update(old)
  const { data } = await refreshWith(stack.client, admin.refreshToken)
  const headers = bearer(data.refresh.tokens.accessToken)
  const other = await registerPerson(stack)
  for (const mutation of [
    'createUser(input: { email: "thief@example.com" }) { id }',
    `updateUser(input: { id: "${other.id}", fullName: "x" }) { id }`,
    `suspendUser(input: { id: "${other.id}" }) { id }`,
    `revokeUserSessions(input: { userId: "${other.id}" }) { revokedSessionIds }`,
    'createRole(input: { name: "thieves", rank: 1 }) { name }',
    `grantRole(input: { userId: "${other.id}", role: "admin" }) { id }`,
    'createAddressRule(input: { network: "192.0.2.0/24", action: DENY }) { id }',
    `resetUserFactors(input: { userId: "${other.id}" }) { id }`,
    `deleteUser(input: { userId: "${other.id}" }) { __typename }`,
  ]) {
    const refused = await send(`mutation { ${mutation} }`, {}, headers)
    expect([mutation, refused.code]).toEqual([mutation, 'STEP_UP_REQUIRED'])
    expect(refused.extensions.challenge.methods).toContain('PASSWORD')
  }
  const confirmed = await send(CONFIRM, { password: PASSWORD }, headers)
  const name = `editors-${crypto.randomUUID().slice(0, 8)}`
  const create = `mutation { createRole(input: { name: "${name}", rank: 1 }) { name } }`
  const made = await send(create, {}, bearer(confirmed.tokens.accessToken))
  expect(made.name).toBe(name)
})
