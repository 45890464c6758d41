// The authenticator app: enrolling it, what its codes are worth and for how long, and who may take it away.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../platform/secret.ts'
import { VersionedSecret } from '../../../subgraphs/auth/core/secret.ts'
import { stepOf } from '../../../subgraphs/auth/factors/totp/totp-code.ts'
import { reencryptSecrets } from '../../../subgraphs/auth/factors/totp/totp-secret.ts'
import { codeOf, confirmApp, enrolApp, forgetSteps, startApp } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, type Person, refreshWith, registerPerson } from '../../people.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'

const FACTORS = '{ viewer { user { factors { id kind name createdAt lastUsedAt } } } }'
const RENAME = `mutation Rename($input: RenameFactorInput!) { renameFactor(input: $input) { id name } }`
const REMOVE = `mutation Remove($input: RemoveFactorInput!) { removeFactor(input: $input) { factors { id } } }`

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

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

/** Somebody with an app, and a second one who knows everything about them but the app. */
async function holder(): Promise<Person & { factorId: string; secret: string }> {
  const person = await registerPerson(stack)
  return { ...person, ...(await enrolApp(stack, person)) }
}

const beginLogin = async ({ email, deviceToken }: Person) =>
  (await send(LOGIN, { email, password: PASSWORD, deviceToken })).verification

const isConfirmedAgo = async (person: Person, seconds: number) =>
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ mfa_at: stack.db.raw("now() - ? * interval '1 second'", [seconds]) })

describe('enrolling', () => {
  test('a secret, a URI and a picture; it counts once a code was shown, and is listed and told by mail', async () => {
    const person = await registerPerson(stack)
    const { started } = await startApp(stack, person.headers)
    expect(started?.secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(started?.uri ?? '')
    expect(uri.protocol).toBe('otpauth:')
    expect(decodeURIComponent(uri.pathname)).toBe(`/Sallyport:${person.email}`)
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({
      issuer: 'Sallyport',
      secret: started?.secret,
      digits: '6',
      period: '30',
    })
    expect(started?.qrSvg).toMatch(/^<svg .*<\/svg>$/s)
    const before = await stack.client.send(FACTORS, {}, person.headers)
    expect(before.data.viewer.user.factors).toEqual([])
    const { factorId, secret } = started ?? { factorId: '', secret: '' }
    const input = { factorId, code: codeOf(secret) }
    const confirmed = (await confirmApp(stack, person.headers, input)).data.confirmTotp
    expect(confirmed).toMatchObject({ id: factorId, kind: 'TOTP', name: null })
    const { data } = await stack.client.send(FACTORS, {}, person.headers)
    expect(data.viewer.user.factors).toEqual([confirmed])
    await stack.mailbox.takeAbout(person.email, 'further factor')
    const events = await stack.db('outbox_events').where({ user_id: person.id })
    expect(events.map(({ data }) => data)).toContainEqual({ changed: ['factors'] })
  })

  test('the secret is encrypted at rest, and in no audit record, event or mail', async () => {
    const { secret, id } = await holder()
    const { rows } = await stack.db.raw(
      `select (select string_agg(t::text, ' ') from totp_secrets t) as secrets,
         (select string_agg(t::text, ' ') from audit_personal t) as audit,
         (select string_agg(t::text, ' ') from outbox_events t where user_id = ?) as events,
         (select string_agg(t::text, ' ') from mail_outbox t) as mail`,
      [id],
    )
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(rows[0].secrets).toContain('fac_')
  })

  test('a wrong code, another session and a late one confirm nothing, and nothing is asked for at sign-in', async () => {
    const person = await registerPerson(stack)
    const { started } = await startApp(stack, person.headers)
    const { factorId, secret } = started ?? { factorId: '', secret: '' }
    const confirm = async (code: string, headers = person.headers) =>
      (await confirmApp(stack, headers, { factorId, code })).code
    for (const code of [
      '000000',
      'abcdef',
      '',
      '1'.repeat(64),
      codeOf(secret, 3),
      codeOf(secret, -3),
    ])
      expect(await confirm(code)).toBe('VERIFICATION_FAILED')
    const second = await send(LOGIN, {
      email: person.email,
      password: PASSWORD,
      deviceToken: person.deviceToken,
    })
    expect(second.session.authenticationMethods).toEqual(['pwd'])
    const elsewhere = bearer(second.tokens.accessToken)
    expect(await confirm(codeOf(secret), elsewhere)).toBe('VERIFICATION_FAILED')
    const other = await registerPerson(stack)
    expect(await confirm(codeOf(secret), other.headers)).toBe('VERIFICATION_FAILED')
    await stack
      .db('factors')
      .where('id', factorId)
      .update({ created_at: stack.db.raw("now() - interval '16 minutes'") })
    expect(await confirm(codeOf(secret))).toBe('VERIFICATION_FAILED')
  })

  test('confirming proves it for that session: tokens follow at the next refresh, the bearer goes on', async () => {
    const person = await holder()
    expect((await stack.client.send(FACTORS, {}, person.headers)).code).toBeUndefined()
    expect(decodeJwt(person.accessToken).acr).toBe('aal1')
    const { data } = await refreshWith(stack.client, person.refreshToken)
    expect(decodeJwt(data.refresh.tokens.accessToken)).toMatchObject({
      amr: ['pwd', 'otp', 'mfa'],
      acr: 'aal2',
    })
  })

  test('another one takes the first: a stolen session, or the password, enrols and removes nothing', async () => {
    const person = await holder()
    await isConfirmedAgo(person, 16 * 60)
    const again = await startApp(stack, person.headers)
    expect(again.errors[0]?.extensions).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      challenge: { methods: ['TOTP'], maxAgeSeconds: 900 },
    })
    const removal = await send(REMOVE, { factorId: person.factorId }, person.headers)
    expect(removal.code).toBe('STEP_UP_REQUIRED')
    const byPassword = await send(CONFIRM, { password: PASSWORD }, person.headers)
    expect(byPassword.verification.methods).toEqual(['TOTP'])
    const { id: verificationId } = byPassword.verification
    const code = codeOf(person.secret)
    const confirmed = await send(CONFIRM, { verificationId, code }, person.headers)
    const headers = bearer(confirmed.tokens.accessToken)
    expect((await startApp(stack, headers)).code).toBeUndefined()
  })

  test('one that was begun before another was confirmed elsewhere is not confirmed without it', async () => {
    const person = await registerPerson(stack)
    const { started } = await startApp(stack, person.headers)
    await stack.db('factors').insert({
      id: `fac_elsewhere_${person.id}`,
      user_id: person.id,
      kind: 'TOTP',
      session_id: 'ses_elsewhere',
      confirmed_at: stack.db.fn.now(),
    })
    const input = { factorId: started?.factorId ?? '', code: codeOf(started?.secret ?? '') }
    expect((await confirmApp(stack, person.headers, input)).code).toBe('STEP_UP_REQUIRED')
  })

  test('at most three', async () => {
    const person = await holder()
    for (let more = 0; more < 2; more += 1) await enrolApp(stack, person)
    expect((await startApp(stack, person.headers)).code).toBe('CONFLICT')
  })
})

describe('at sign-in', () => {
  test('its code is asked for after the password, on a known device too, and by mail in no way', async () => {
    const person = await holder()
    const verification = await beginLogin(person)
    expect(verification).toMatchObject({ methods: ['TOTP'], sentTo: null })
    const code = codeOf(person.secret)
    const signedIn = await send(PROVE, { verificationId: verification.id, code })
    expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'otp', 'mfa'])
    const { data } = await stack.client.send(FACTORS, {}, bearer(signedIn.tokens.accessToken))
    expect(data.viewer.user.factors[0].lastUsedAt).not.toBeNull()
  })

  test('a code works once, and none of an earlier step after it', async () => {
    const person = await holder()
    const prove = async (code: string) =>
      (await send(PROVE, { verificationId: (await beginLogin(person)).id, code })).code
    const [earlier, code] = [codeOf(person.secret, -1), codeOf(person.secret)]
    expect(await prove(code)).toBeUndefined()
    expect(await prove(code)).toBe('VERIFICATION_FAILED')
    expect(await prove(earlier)).toBe('VERIFICATION_FAILED')
  })

  test('a code that was used to confirm presence signs nobody in', async () => {
    const person = await holder()
    const asked = await send(CONFIRM, { method: 'TOTP' }, person.headers)
    const code = codeOf(person.secret)
    const presence = { verificationId: asked.verification.id, code }
    expect((await send(CONFIRM, presence, person.headers)).session).toBeDefined()
    const proof = { verificationId: (await beginLogin(person)).id, code }
    expect((await send(PROVE, proof)).code).toBe('VERIFICATION_FAILED')
  })

  test('another person’s code, a removed app’s and those of other shapes are refused', async () => {
    const [ada, eve] = [await holder(), await holder()]
    const { id: verificationId } = await beginLogin(ada)
    const code = codeOf(eve.secret)
    expect((await send(PROVE, { verificationId, code })).code).toBe('VERIFICATION_FAILED')
    for (const odd of ['', '１２', '0x1234', '1e5', `${codeOf(ada.secret)}0`, '١٢٣٤٥٦']) {
      const answer = await send(PROVE, { verificationId: (await beginLogin(ada)).id, code: odd })
      expect(answer.code).toBe('VERIFICATION_FAILED')
    }
    await send(REMOVE, { factorId: ada.factorId }, ada.headers)
    const proof = { verificationId, code: codeOf(ada.secret) }
    expect((await send(PROVE, proof)).code).toBe('VERIFICATION_FAILED')
  })

  test('full-width digits and blanks are the same code', async () => {
    const person = await holder()
    const wide = [...codeOf(person.secret)]
      .map((digit) => String.fromCodePoint(0xff10 + Number(digit)))
      .join('')
    const typed = `${wide.slice(0, 3)} ${wide.slice(3)}`
    const proof = { verificationId: (await beginLogin(person)).id, code: typed }
    expect((await send(PROVE, proof)).session).toBeDefined()
  })
})

test('it is named and removed by its owner alone; what is removed is no longer asked for', async () => {
  const [person, other] = [await holder(), await holder()]
  const { factorId, headers } = person
  expect((await send(RENAME, { factorId, name: ' Phone ' }, headers)).name).toBe('Phone')
  expect((await send(RENAME, { factorId, name: 'x' }, other.headers)).code).toBe('NOT_FOUND')
  expect((await send(REMOVE, { factorId }, other.headers)).code).toBe('NOT_FOUND')
  expect((await send(REMOVE, { factorId }, headers)).factors).toEqual([])
  const { email, deviceToken } = person
  const login = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  expect(login.session.authenticationMethods).toEqual(['pwd'])
})

test('a secret under an old key opens with it, and is encrypted anew so that the old key may go', async () => {
  const person = await holder()
  const [auth] = stack.auths
  const old = auth?.deps.config.secrets.keyEncryptionKey
  if (old === undefined) throw new Error('no auth instance')
  const next = new VersionedSecret(
    new Map([
      [1, old.version(1)],
      [2, new Secret('x'.repeat(44))],
    ]),
  )
  await reencryptSecrets(stack.db, next)
  const [row] = await stack.db('totp_secrets').where('factor_id', person.factorId)
  expect(row.key_version).toBe(2)
  await reencryptSecrets(stack.db, new VersionedSecret(new Map([[3, old.version(1)]])))
  // A key that is not in the settings: left as it is.
  const [kept] = await stack.db('totp_secrets').where('factor_id', person.factorId)
  expect(kept.key_version).toBe(2)
  await stack.db('totp_secrets').delete()
})

test('steps: the present one and one to either side, by a clock that the test holds', async () => {
  const { secret, factorId } = await holder()
  await forgetSteps(stack, factorId)
  const now = 1_893_456_000_000
  const step = now / 30_000
  const found = [-2, -1, 0, 1, 2].map((steps) => stepOf(secret, codeOf(secret, steps, now), now))
  expect(found).toEqual([null, step - 1, step, step + 1, null])
})
