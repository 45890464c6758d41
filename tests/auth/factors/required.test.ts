// Policy demands a further factor: of whom, from when on, and how somebody without one adds it on the way in.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, enrolApp, startApp } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { linkToken, nothingLeftToMail } from '../../mailbox.ts'
import { logIn, newEmail, PASSWORD, type Person, REGISTER, registerPerson } from '../../people.ts'
import { createPasskey } from '../../software-passkey.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'
import { signInWith } from './passkey-people.ts'

const ENROL = `mutation Enrol($input: EnrolFactorInput!) {
  enrolFactor(input: $input) { __typename ... on TotpEnrolment { factorId secret uri qrSvg } ... on PasskeyChallenge { verificationId options } }
}`
const BEGIN = `mutation Begin($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id methods } } }`
const OPEN = `mutation Open($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { __typename } }`
const REMOVE = `mutation Remove($input: RemoveFactorInput!) { removeFactor(input: $input) { factors { id } } }`
const DENY = `mutation Deny($input: DenySessionInput!) { denySession(input: $input) { resetToken } }`
const RESET = `mutation Reset($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }`
const ASK_RESET = `mutation Ask($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }`
const OWN = '{ viewer { user { factors { kind } factorRequiredFrom } } }'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ env: { MFA: 'required', MFA_REQUIRED_ROLES: 'staff' } })
  await stack.db('roles').insert({ name: 'staff', rank: 1, scopes: [] })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

const grantStaff = async ({ id }: { id: string }) =>
  await stack.db('user_roles').insert({ user_id: id, role_name: 'staff' })

async function staff(): Promise<Person> {
  const person = await registerPerson(stack)
  await grantStaff(person)
  return person
}

/** Password, then mailbox: the answer asks for a factor. */
async function atTheDoor({ email, deviceToken }: Person) {
  const first = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  const { id: verificationId } = first.verification
  const code = await stack.mailbox.takeCode(email)
  return { first, verificationId, asked: await send(PROVE, { verificationId, code }) }
}

describe('on the way in', () => {
  test('password and mailbox, then a factor: added, proved and signed in with in one flow', async () => {
    const person = await staff()
    const { first, verificationId, asked } = await atTheDoor(person)
    expect(first.verification).toMatchObject({ purpose: 'LOGIN', methods: ['EMAIL_CODE'] })
    expect(asked.verification).toMatchObject({ id: verificationId, purpose: 'FACTOR_ENROLMENT' })
    expect(asked.verification.methods).toContain('TOTP')
    const begun = await send(ENROL, { verificationId, method: 'TOTP' })
    expect(begun).toMatchObject({ __typename: 'TotpEnrolment' })
    expect(begun.qrSvg).toMatch(/^<svg /)
    expect((await send(PROVE, { verificationId, code: '000000' })).code).toBe('VERIFICATION_FAILED')
    const signedIn = await send(PROVE, { verificationId, code: codeOf(begun.secret) })
    expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'otp', 'mfa'])
    expect(decodeJwt(signedIn.tokens.accessToken)).toMatchObject({ acr: 'aal2' })
    const own = await stack.client.send(OWN, {}, bearer(signedIn.tokens.accessToken))
    expect(own.data.viewer.user.factors).toEqual([{ kind: 'TOTP' }])
    expect(new Date(own.data.viewer.user.factorRequiredFrom).getTime()).toBeLessThan(Date.now())
    const next = await send(LOGIN, { email: person.email, password: PASSWORD })
    expect(next.verification).toMatchObject({ purpose: 'LOGIN', methods: ['TOTP'] })
  })

  test('a passkey can be the factor: made in that flow, for that person and challenge alone', async () => {
    const [person, other] = [await staff(), await staff()]
    const { verificationId, asked } = await atTheDoor(person)
    expect(asked.verification.methods).toEqual(['PASSKEY', 'TOTP'])
    const enrol = async (id: string) => await send(ENROL, { verificationId: id, method: 'PASSKEY' })
    const begun = await enrol(verificationId)
    expect(begun).toMatchObject({ __typename: 'PasskeyChallenge', verificationId })
    const page = stack.env.PUBLIC_URL ?? ''
    const wrong = createPasskey(begun.options, page, { origin: 'https://evil.example' })
    const refused = await send(PROVE, { verificationId, passkey: wrong.response })
    expect(refused.code).toBe('VERIFICATION_FAILED')
    const late = createPasskey(begun.options, page)
    expect((await send(PROVE, { verificationId, passkey: late.response })).code).toBe(
      'VERIFICATION_FAILED',
    )
    const ofOther = await atTheDoor(other)
    const theirs = await enrol(ofOther.verificationId)
    await enrol(verificationId)
    const crossed = createPasskey(theirs.options, page)
    expect((await send(PROVE, { verificationId, passkey: crossed.response })).code).toBe(
      'VERIFICATION_FAILED',
    )
    const { options } = await enrol(verificationId)
    const made = createPasskey(options, page)
    const signedIn = await send(PROVE, { verificationId, passkey: made.response })
    expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'otp', 'pop', 'user', 'mfa'])
    expect((await signInWith(stack, made.passkey)).user.id).toBe(person.id)
  })

  test('the answer of enrolling is worth nothing elsewhere, and nothing else is worth anything there', async () => {
    const [ada, eve] = [await staff(), await staff()]
    const ofAda = await atTheDoor(ada)
    const ofEve = await atTheDoor(eve)
    const { secret } = await send(ENROL, { verificationId: ofAda.verificationId, method: 'TOTP' })
    const crossed = { verificationId: ofEve.verificationId, method: 'TOTP', code: codeOf(secret) }
    expect((await send(PROVE, crossed)).code).toBe('VERIFICATION_FAILED')
    // Before the mailbox was proved, and with a challenge that is none.
    const early = await send(LOGIN, { email: ada.email, password: PASSWORD })
    for (const verificationId of [early.verification.id, 'ver_unknown']) {
      const refused = await send(ENROL, { verificationId, method: 'TOTP' })
      expect(refused.code).toBe('VERIFICATION_FAILED')
    }
    for (const method of ['EMAIL_CODE', 'RECOVERY_CODE']) {
      const refused = await send(ENROL, { verificationId: ofAda.verificationId, method })
      expect(refused.code).toBe('VERIFICATION_FAILED')
    }
    // A second start ends the first.
    await send(ENROL, { verificationId: ofAda.verificationId, method: 'TOTP' })
    const late = { verificationId: ofAda.verificationId, code: codeOf(secret) }
    expect((await send(PROVE, late)).code).toBe('VERIFICATION_FAILED')
  })

  test('the mailbox alone adds nothing, by code or by link: the password is needed too', async () => {
    const person = await staff()
    const begun = await send(BEGIN, { email: person.email })
    const mail = await stack.mailbox.take(person.email)
    const code = /\b\d{8}\b/.exec(mail.text)?.[0]
    const byCode = await send(PROVE, { verificationId: begun.verification.id, code })
    expect(byCode.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'FACTOR_REQUIRED' })
    const byLink = await send(OPEN, { token: linkToken(mail.text, 'sign-in') })
    expect(byLink.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'FACTOR_REQUIRED' })
    const sessions = await stack.db('sessions').where({ user_id: person.id, status: 'ACTIVE' })
    expect(sessions).toHaveLength(1)
  })

  test('whoever reset the password with the mailbox waits 24 hours', async () => {
    const person = await staff()
    await send(ASK_RESET, { email: person.email })
    const token = await stack.mailbox.takeLink(person.email, 'reset-password')
    expect((await send(RESET, { token, newPassword: PASSWORD })).email).toBe(person.email)
    const { asked } = await atTheDoor(person)
    expect(asked.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'FACTOR_REQUIRED' })
    expect(asked.extensions.retryAfterSeconds).toBeGreaterThan(23 * 3600)
    expect(asked.extensions.retryAfterSeconds).toBeLessThanOrEqual(24 * 3600)
    await stack
      .db('users')
      .where('id', person.id)
      .update({ password_reset_at: stack.db.raw("now() - interval '24 hours'") })
    const later = await atTheDoor(person)
    expect(later.asked.verification.purpose).toBe('FACTOR_ENROLMENT')
  })

  test('it is mailed with a link that takes the account back: the factor is gone, its session over', async () => {
    const person = await staff()
    const { verificationId } = await atTheDoor(person)
    const { secret } = await send(ENROL, { verificationId, method: 'TOTP' })
    await send(PROVE, { verificationId, code: codeOf(secret) })
    const mail = await stack.mailbox.takeAbout(person.email, 'further factor')
    const denied = await send(DENY, { token: linkToken(mail.text, 'not-me') })
    expect(denied.resetToken).toBeDefined()
    expect(await stack.db('factors').where('user_id', person.id)).toEqual([])
    expect(
      await stack.db('sessions').where({ user_id: person.id }).whereNot('status', 'REVOKED'),
    ).toEqual([])
  })

  test('whoever knows the password alone uses up no tries that its owner needs to add one', async () => {
    const person = await staff()
    const forget = async () =>
      await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
    for (let round = 0; round < 11; round += 1) {
      await forget()
      const { verification } = await send(LOGIN, { email: person.email, password: PASSWORD })
      await stack.mailbox.takeCode(person.email)
      for (const method of ['TOTP', 'RECOVERY_CODE', 'TOTP', 'RECOVERY_CODE', 'TOTP'])
        await send(PROVE, { verificationId: verification.id, method, code: '000000' })
    }
    await forget()
    const { verificationId } = await atTheDoor(person)
    const { secret } = await send(ENROL, { verificationId, method: 'TOTP' })
    const signedIn = await send(PROVE, { verificationId, code: codeOf(secret) })
    expect(signedIn.session?.authenticationMethods).toContain('mfa')
  })

  test('a factor that was added meanwhile is asked for: a sign-in from before adds none beside it', async () => {
    const person = await staff()
    const { verificationId } = await atTheDoor(person)
    const { secret } = await send(ENROL, { verificationId, method: 'TOTP' })
    const app = await enrolApp(stack, person)
    const stale = await send(PROVE, { verificationId, code: codeOf(secret) })
    expect(stale.code).toBe('VERIFICATION_FAILED')
    const again = await send(ENROL, { verificationId, method: 'TOTP' })
    expect(again.code).toBe('VERIFICATION_FAILED')
    const held = await stack
      .db('factors')
      .where('user_id', person.id)
      .whereNotNull('confirmed_at')
      .pluck('id')
    expect(held).toEqual([app.factorId])
  })

  test('with cookies it works in the browser that began, and in no other', async () => {
    const person = await staff()
    const origin = { origin: stack.env.PUBLIC_URL ?? '' }
    const input = { email: person.email, password: PASSWORD, delivery: 'COOKIE' }
    const begun = await stack.client.send(LOGIN, { input }, origin)
    const verificationId = begun.data.login.verification.id
    const [flow] = begun.cookies.find((line) => line.startsWith('__Host-flow='))?.split(';') ?? []
    const headers = { ...origin, cookie: flow ?? '' }
    const code = await stack.mailbox.takeCode(person.email)
    const asked = await send(PROVE, { verificationId, code }, headers)
    expect(asked.verification.purpose).toBe('FACTOR_ENROLMENT')
    const stolen = await send(ENROL, { verificationId, method: 'TOTP' })
    expect(stolen.code).toBe('VERIFICATION_FAILED')
    const own = await send(ENROL, { verificationId, method: 'TOTP' }, headers)
    expect(own.secret).toBeDefined()
  })
})

describe('of whom, and from when on', () => {
  test('only those who hold one of the roles are asked; others sign in as before', async () => {
    const person = await registerPerson(stack)
    expect((await logIn(stack.client, person)).sessionId).toBeDefined()
    const { data } = await stack.client.send(OWN, {}, person.headers)
    expect(data.viewer.user.factorRequiredFrom).toBeNull()
    await grantStaff(person)
    const asked = await send(LOGIN, {
      email: person.email,
      password: PASSWORD,
      deviceToken: person.deviceToken,
    })
    expect(asked.verification.methods).toEqual(['EMAIL_CODE'])
  })

  test('the last factor stays where policy demands one', async () => {
    const person = await staff()
    const app = await enrolApp(stack, person)
    const last = await send(REMOVE, { factorId: app.factorId }, person.headers)
    expect(last.extensions).toMatchObject({ code: 'CONFLICT', reason: 'FACTOR_REQUIRED' })
    const second = await enrolApp(stack, person)
    const removed = await send(REMOVE, { factorId: app.factorId }, person.headers)
    expect(removed.factors).toEqual([{ id: second.factorId }])
  })

  test('of everybody: a registration ends with a factor, and whoever left it there adds it at the next login', async () => {
    const everybody = await startStack({ env: { MFA: 'required' } })
    try {
      const ask = (document: string, input: object) => askWith(everybody.client, document, input)
      const email = newEmail()
      const begun = await ask(REGISTER, { email, password: PASSWORD })
      const verificationId = begun.verification.id
      const code = await everybody.mailbox.takeCode(email)
      const asked = await ask(PROVE, { verificationId, code })
      expect(asked.verification.purpose).toBe('FACTOR_ENROLMENT')
      expect(await everybody.db('sessions').where('status', 'ACTIVE')).toEqual([])
      const { secret } = await ask(ENROL, { verificationId, method: 'TOTP' })
      const signedIn = await ask(PROVE, { verificationId, code: codeOf(secret) })
      expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'otp', 'mfa'])
      expect((await ask(PROVE, { verificationId, code: codeOf(secret, 1) })).code).toBe(
        'VERIFICATION_FAILED',
      )
      const user = await everybody.db('users').where('email', email).first('email_verified')
      expect(user).toEqual({ email_verified: true })
      const late = newEmail()
      const other = await ask(REGISTER, { email: late, password: PASSWORD })
      await ask(PROVE, {
        verificationId: other.verification.id,
        code: await everybody.mailbox.takeCode(late),
      })
      const login = await ask(LOGIN, { email: late, password: PASSWORD })
      expect(login.verification.methods).toEqual(['EMAIL_CODE'])
      await nothingLeftToMail(everybody.db)
    } finally {
      await everybody.stop()
    }
  })

  test('without passwords: whoever left the registration where a factor is asked for comes back with the mailbox, until they have been in', async () => {
    const own = await startStack({
      env: { MFA: 'required', SIGN_IN_METHODS: 'email-code,passkey' },
    })
    try {
      const ask = (document: string, input: object) => askWith(own.client, document, input)
      const byMail = async (email: string) => {
        await own.db('throttles').delete()
        const begun = await ask(BEGIN, { email })
        const { id: verificationId } = begun.verification
        const code = await own.mailbox.takeCode(email)
        return { verificationId, answer: await ask(PROVE, { verificationId, code }) }
      }
      const email = newEmail()
      const begun = await ask(REGISTER, { email })
      const left = {
        verificationId: begun.verification.id,
        code: await own.mailbox.takeCode(email),
      }
      expect((await ask(PROVE, left)).verification.purpose).toBe('FACTOR_ENROLMENT')
      const { verificationId, answer } = await byMail(email)
      expect(answer.verification?.purpose).toBe('FACTOR_ENROLMENT')
      const { secret } = await ask(ENROL, { verificationId, method: 'TOTP' })
      const signedIn = await ask(PROVE, { verificationId, code: codeOf(secret) })
      expect(signedIn.session.authenticationMethods).toContain('mfa')
      // From then on the mailbox alone adds nothing.
      await own.db('factors').delete()
      await own.db('sessions').delete()
      expect((await byMail(email)).answer.extensions).toMatchObject({ reason: 'FACTOR_REQUIRED' })
    } finally {
      await own.stop()
    }
  })

  test('before the date nobody is kept out, and everybody can read it', async () => {
    const grace = await startStack({
      env: { MFA: 'required', MFA_REQUIRED_FROM: '2130-01-31T12:00:00Z' },
    })
    try {
      const person = await registerPerson(grace)
      expect((await logIn(grace.client, person)).sessionId).toBeDefined()
      const { data } = await grace.client.send(OWN, {}, person.headers)
      expect(data.viewer.user.factorRequiredFrom).toBe('2130-01-31T12:00:00.000Z')
    } finally {
      await grace.stop()
    }
  })

  test('with MFA=off nobody adds one, and those that people hold are asked for all the same', async () => {
    const off = await startStack({ env: { MFA: 'off' } })
    try {
      const person = await registerPerson(off)
      const refused = await startApp(off, person.headers)
      expect(refused.errors[0]?.extensions).toMatchObject({ reason: 'METHOD_NOT_OFFERED' })
      await off.db('factors').insert({
        id: 'fac_held',
        user_id: person.id,
        kind: 'TOTP',
        session_id: person.sessionId,
        confirmed_at: off.db.fn.now(),
      })
      const input = { email: person.email, password: PASSWORD, deviceToken: person.deviceToken }
      const login = await askWith(off.client, LOGIN, input)
      expect(login.verification.methods).toEqual(['TOTP'])
      const presence = await askWith(off.client, CONFIRM, { password: PASSWORD }, person.headers)
      expect(presence.verification.methods).toEqual(['TOTP'])
    } finally {
      await off.stop()
    }
  })
})
