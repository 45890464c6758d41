// Factors that are taken away without being asked for: by the owner of an account that somebody else was in, by admins and by
// the operator.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../../subgraphs/auth/operator/commands.ts'
import { type App, codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { linkToken } from '../../mailbox.ts'
import { newEmail, PASSWORD, type Person, refreshWith, registerPerson } from '../../people.ts'
import { usePasskey } from '../../software-passkey.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'
import { addPasskey, beginPasskey, headersOf, pageOf, signInWith } from './passkey-people.ts'

const DENY =
  'mutation Deny($input: DenySessionInput!) { denySession(input: $input) { resetToken } }'
const RESET =
  'mutation Reset($input: ResetUserFactorsInput!) { resetUserFactors(input: $input) { factors { id } recoveryCodesLeft } }'
const ADD = 'mutation Add($input: AddEmailInput!) { addEmail(input: $input) { id } }'
const VERIFY_EMAIL =
  'mutation Verify($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }'
const PRIMARY =
  'mutation Primary($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { id } }'
const UNDO =
  'mutation Undo($input: UndoEmailChangeInput!) { undoEmailChange(input: $input) { resetToken } }'
const CODES = 'mutation { createRecoveryCodes { codes } }'

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

/** With the password and a code, from a device of one's own or a new one; and the link of the mail about the latter. */
async function enter(
  { email }: Pick<Person, 'email'>,
  { code, app, deviceToken }: { code?: string; app?: App; deviceToken?: string },
) {
  const { verification } = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  const signedIn = await send(PROVE, {
    verificationId: verification.id,
    code: code ?? codeOf(app?.secret ?? ''),
  })
  if (app !== undefined) await forgetSteps(stack, app.factorId)
  return { ...signedIn, headers: bearer(signedIn.tokens.accessToken) }
}

const notMeLink = async (person: Pick<Person, 'email'>) => await mailedLink(person, 'not-me')

async function mailedLink({ email }: Pick<Person, 'email'>, page: string): Promise<string> {
  let token: string | undefined
  await expect
    .poll(
      () => {
        const mails = stack.mailbox.messages.filter(({ to }) => to === email)
        const found = mails.find(({ text }) => text.includes(`${page}#`))
        token = found && linkToken(found.text, page)
        return token
      },
      { timeout: 30_000 },
    )
    .toBeDefined()
  return token ?? ''
}

const factorIds = async ({ id }: Pick<Person, 'id'>): Promise<string[]> =>
  await stack.db('factors').where('user_id', id).orderBy('created_at').pluck('id')

describe('"this was not me"', () => {
  test('takes what was enrolled in that session and in those that came of it; what the owner enrolled stays', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const intruder = await enter(owner, { app: first })
    const planted = await enrolApp(stack, intruder)
    const link = await notMeLink(owner)
    // Signed in with what was planted, on another new device.
    const second = await enter(owner, { app: planted })
    const { codes } = (await stack.client.send(CODES, {}, second.headers)).data.createRecoveryCodes
    const third = await enter(owner, { code: codes[0] })
    const deeper = await enrolApp(stack, third)
    expect(await factorIds(owner)).toEqual([first.factorId, planted.factorId, deeper.factorId])
    expect((await send(DENY, { token: link })).code).toBeUndefined()
    expect(await factorIds(owner)).toEqual([first.factorId])
    expect(await stack.db('recovery_codes').where('user_id', owner.id)).toEqual([])
    const user = await stack.db('users').where('id', owner.id).first()
    expect(user.further_methods).toEqual(['TOTP'])
  })

  test('a passkey that was enrolled in it too, and what was enrolled on a device that it signed in', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const intruder = await enter(owner, { app: first })
    const { passkey } = await addPasskey(stack, intruder)
    const link = await notMeLink(owner)
    const elsewhere = await signInWith(stack, passkey)
    await enrolApp(stack, { headers: headersOf(elsewhere) })
    expect(await factorIds(owner)).toHaveLength(3)
    expect((await send(DENY, { token: link })).code).toBeUndefined()
    expect(await factorIds(owner)).toEqual([first.factorId])
    expect((await signInWith(stack, passkey)).extensions.reason).toBe('PASSKEY_UNKNOWN')
  })

  test('and what came of the device that it made known', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const intruder = await enter(owner, { app: first })
    const again = await enter(owner, { app: first, deviceToken: intruder.deviceToken })
    await enrolApp(stack, again)
    await send(DENY, { token: await notMeLink(owner) })
    expect(await factorIds(owner)).toEqual([first.factorId])
  })

  test('whatever a session is confirmed with later: a step-up does not hide where it came from', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const intruder = await enter(owner, { app: first })
    const planted = await enrolApp(stack, intruder)
    const link = await notMeLink(owner)
    const second = await enter(owner, { app: planted })
    const { passkey } = await addPasskey(stack, second)
    const { verification } = await send(CONFIRM, { method: 'PASSKEY' }, second.headers)
    const verificationId = verification.id
    const { options } = await beginPasskey(stack, { verificationId }, second.headers)
    const answer = usePasskey(passkey, options, pageOf(stack))
    const proof = { verificationId, method: 'PASSKEY', passkey: answer }
    expect((await send(CONFIRM, proof, second.headers)).__typename).toBe('SignedIn')
    expect(await factorIds(owner)).toHaveLength(3)
    expect((await send(DENY, { token: link })).code).toBeUndefined()
    expect(await factorIds(owner)).toEqual([first.factorId])
  })

  test('an undone change of addresses takes what that session enrolled, and what came of it', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const intruder = await enter(owner, { app: first })
    const planted = await enrolApp(stack, intruder)
    const theirs = newEmail()
    const begun = await send(ADD, { email: theirs }, intruder.headers)
    const code = await stack.mailbox.takeCode(theirs)
    const added = await send(VERIFY_EMAIL, { verificationId: begun.id, code }, intruder.headers)
    expect((await send(PRIMARY, { id: added.id }, intruder.headers)).code).toBeUndefined()
    const deeper = await enter(owner, { app: planted })
    await addPasskey(stack, deeper)
    expect(await factorIds(owner)).toHaveLength(3)
    const token = await mailedLink(owner, 'undo-email-change')
    expect((await send(UNDO, { token })).code).toBeUndefined()
    expect(await factorIds(owner)).toEqual([first.factorId])
  })

  test('what was enrolled on the same device before that session stays', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    const { deviceToken } = owner
    const later = await enter(owner, { app: first, deviceToken })
    await enrolApp(stack, later)
    const theirs = newEmail()
    const begun = await send(ADD, { email: theirs }, later.headers)
    const code = await stack.mailbox.takeCode(theirs)
    await send(VERIFY_EMAIL, { verificationId: begun.id, code }, later.headers)
    await send(UNDO, { token: await mailedLink(owner, 'undo-email-change') })
    expect(await factorIds(owner)).toEqual([first.factorId])
  })

  test('an old link strips nothing that the owner enrolled afterwards', async () => {
    const owner = await registerPerson(stack)
    const first = await enrolApp(stack, owner)
    await enter(owner, { app: first })
    const link = await notMeLink(owner)
    const later = await enrolApp(stack, owner)
    await stack.client.send(CODES, {}, owner.headers)
    await send(DENY, { token: link })
    expect(await factorIds(owner)).toEqual([first.factorId, later.factorId])
    expect(await stack.db('recovery_codes').where('user_id', owner.id)).toHaveLength(10)
  })
})

async function adminWithFactor() {
  const person = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const headers = bearer(data.refresh.tokens.accessToken)
  await enrolApp(stack, { headers })
  return { ...person, headers, operator: auth.deps }
}

describe('reset', () => {
  test('an admin resets the factors of somebody below: sessions end, it is on record and told by mail', async () => {
    const admin = await adminWithFactor()
    const person = await registerPerson(stack)
    const app = await enrolApp(stack, person)
    await stack.client.send(CODES, {}, person.headers)
    const answer = await send(RESET, { userId: person.id }, admin.headers)
    expect(answer).toMatchObject({ factors: [], recoveryCodesLeft: 0 })
    expect((await refreshWith(stack.client, person.refreshToken)).code).toBe(
      'INVALID_REFRESH_TOKEN',
    )
    const records = await stack
      .db('audit_events')
      .where({ action: 'user.factors-reset', user_id: person.id })
    expect(records).toHaveLength(1)
    await stack.mailbox.takeAbout(person.email, 'were removed')
    const { email } = person
    const login = await send(LOGIN, { email, password: PASSWORD })
    expect(login.verification.methods).toEqual(['EMAIL_CODE'])
    expect(await stack.db('totp_secrets').where('factor_id', app.factorId)).toEqual([])
  })

  test('not of an equal, not oneself, and not in a session that has not proved the admin’s own factor lately', async () => {
    const [admin, other] = [await adminWithFactor(), await adminWithFactor()]
    for (const userId of [admin.id, other.id])
      expect((await send(RESET, { userId }, admin.headers)).code).toBe('FORBIDDEN')
    expect((await send(RESET, { userId: 'usr_none' }, admin.headers)).code).toBe('NOT_FOUND')
    const person = await registerPerson(stack)
    await enrolApp(stack, person)
    await stack
      .db('sessions')
      .where('id', admin.sessionId)
      .update({ mfa_at: stack.db.raw("now() - interval '16 minutes'") })
    expect((await send(RESET, { userId: person.id }, admin.headers)).code).toBe('STEP_UP_REQUIRED')
    expect(await factorIds(person)).toHaveLength(1)
  })

  test('the operator does so for an admin whom nobody outranks', async () => {
    const admin = await adminWithFactor()
    const reset = async () =>
      await commands['reset-factors'](admin.operator, { email: admin.email })
    expect(await reset()).toContain('no further factor and no recovery code any more')
    expect(await factorIds(admin)).toEqual([])
    expect(await reset()).toContain('had no further factor')
  })
})
