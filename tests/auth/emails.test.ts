// Several addresses a person: added by code, made primary, removed, and taken back by the person who was there before.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../subgraphs/auth/core/identifiers.ts'
import type { MailMessage } from '../../subgraphs/auth/mail/transport.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken } from '../mailbox.ts'
import {
  LOGIN,
  logIn,
  newEmail,
  PASSWORD,
  type Person,
  REGISTER,
  refreshWith,
  registerPerson,
} from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

const ADD = 'mutation Add($input: AddEmailInput!) { addEmail(input: $input) { id purpose sentTo } }'
const VERIFY =
  'mutation Verify($input: VerifyEmailInput!) { verifyEmail(input: $input) { id email primary verifiedAt } }'
const PRIMARY =
  'mutation Primary($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { email emails { id email primary } } }'
const REMOVE =
  'mutation Remove($input: RemoveEmailInput!) { removeEmail(input: $input) { emails { email } } }'
const UNDO =
  'mutation Undo($input: UndoEmailChangeInput!) { undoEmailChange(input: $input) { resetToken } }'
const RESET =
  'mutation Reset($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }'

const as = (person: Person) => (query: string, input: object) =>
  stack.client.send(query, { input }, person.headers)

/** Adds an address and proves it. @returns its id */
async function addAddress(
  person: Person,
  email = newEmail(),
): Promise<{ id: string; email: string }> {
  const begun = await as(person)(ADD, { email })
  const code = await stack.mailbox.takeCode(email)
  const { data } = await as(person)(VERIFY, { verificationId: begun.data.addEmail.id, code })
  return data.verifyEmail
}

async function addressesOf(person: Person, headers = person.headers): Promise<object[]> {
  const { data } = await stack.client.send(
    '{ viewer { user { emails { email primary } } } }',
    {},
    headers,
  )
  return data.viewer.user.emails
}

async function firstMail(address: string, subject: RegExp) {
  const find = () =>
    stack.mailbox.messages.find((mail) => mail.to === address && subject.test(mail.subject))
  await expect.poll(find, { timeout: 30_000 }).toBeDefined()
  return find() as MailMessage
}

function code(answer: GraphqlAnswer): string | undefined {
  return answer.code
}

test('an address is added when its code is proved; the primary one is told, and one logs in with either', async () => {
  const person = await registerPerson(stack)
  const second = newEmail()
  const begun = await as(person)(ADD, { email: second })
  expect(begun.data.addEmail).toMatchObject({ purpose: 'EMAIL', sentTo: 'p…@example.com' })
  expect(await addressesOf(person)).toHaveLength(1)

  const proof = {
    verificationId: begun.data.addEmail.id,
    code: await stack.mailbox.takeCode(second),
  }
  const added = await as(person)(VERIFY, proof)
  expect(added.data.verifyEmail).toMatchObject({ email: second, primary: false })
  expect(code(await as(person)(VERIFY, proof))).toBe('VERIFICATION_FAILED')
  const told = await stack.mailbox.take(person.email)
  expect(told.subject).toContain('was added')
  expect(await addressesOf(person)).toEqual([
    { email: person.email, primary: true },
    { email: second, primary: false },
  ])
  const { email: _, ...rest } = person
  expect((await logIn(stack.client, { ...rest, email: second })).id).toBe(person.id)
})

test('an address of another account gets the same answer, its owner a mail, and no code works', async () => {
  const person = await registerPerson(stack)
  const other = await registerPerson(stack)
  await stack.db('throttles').delete()
  const taken = await as(person)(ADD, { email: other.email })
  const free = await as(person)(ADD, { email: newEmail() })
  expect(Object.keys(taken.data.addEmail)).toEqual(Object.keys(free.data.addEmail))
  await stack.mailbox.takeAbout(other.email, 'tried to use your address')
  const wrong = await as(person)(VERIFY, {
    verificationId: taken.data.addEmail.id,
    code: '00000000',
  })
  expect(wrong.errors[0]?.extensions).toMatchObject({
    code: 'VERIFICATION_FAILED',
    attemptsRemaining: 4,
  })
})

test('an address that was added cannot be registered by anybody else', async () => {
  const person = await registerPerson(stack)
  const second = await addAddress(person)
  await stack.db('throttles').delete()
  await stack.client.send(REGISTER, {
    input: { email: second.email.toUpperCase(), password: PASSWORD },
  })
  expect(
    (await stack.mailbox.take(second.email.toUpperCase().replace('EXAMPLE.COM', 'example.com')))
      .subject,
  ).toContain('already have an account')
})

test('no spelling of an address is another address, and no look-alike is taken', async () => {
  const owner = await registerPerson(stack)
  const { email } = await addAddress(
    owner,
    newEmail().replace('example.com', 'xn--bcher-kva.example'),
  )
  const [local = '', domain = ''] = email.split('@')
  const warnings = () =>
    stack.mailbox.messages.filter(
      ({ to, subject }) =>
        to.toLowerCase() === `${local}@xn--bcher-kva.example` &&
        subject.includes('tried to use your address'),
    )
  const other = await registerPerson(stack)
  for (const same of [
    `${local.toUpperCase()}@BÜCHER.example`,
    `${local}@bu\u0308cher.example`,
    ` ${local}@ｂücher.example `,
  ]) {
    expect(code(await as(owner)(ADD, { email: same })), same).toBe('BAD_USER_INPUT')
    await stack.db('throttles').delete()
    const before = warnings().length
    expect((await as(other)(ADD, { email: same })).errors, same).toEqual([])
    await expect.poll(() => warnings().length).toBeGreaterThan(before)
  }
  for (const alike of [
    `${local.replace('p', 'ｐ')}@${domain}`,
    `"${local}"@${domain}`,
    `${local}@${domain}.`,
  ]) {
    expect(code(await as(other)(ADD, { email: alike })), alike).toBe('BAD_USER_INPUT')
  }
  expect(await addressesOf(other)).toHaveLength(1)
})

test('the code of an address works for the person alone who began', async () => {
  const person = await registerPerson(stack)
  const stranger = await registerPerson(stack)
  const email = newEmail()
  const begun = await as(person)(ADD, { email })
  const proof = {
    verificationId: begun.data.addEmail.id,
    code: await stack.mailbox.takeCode(email),
  }
  expect(code(await as(stranger)(VERIFY, proof))).toBe('VERIFICATION_FAILED')
})

test('a change of addresses takes a recent sign-in: STEP_UP_REQUIRED, and no change', async () => {
  const person = await registerPerson(stack)
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ authenticated_at: new Date(Date.now() - 3_600_000) })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const headers = bearer(data.refresh.tokens.accessToken)
  for (const [query, input] of [
    [ADD, { email: newEmail() }],
    [PRIMARY, { id: 'eml_x' }],
    [REMOVE, { id: 'eml_x' }],
  ] as const) {
    const answer = await stack.client.send(query, { input }, headers)
    expect(answer.status).toBe(403)
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      challenge: { methods: ['PASSWORD', 'EMAIL_CODE'], maxAgeSeconds: 900 },
    })
  }
})

test('the primary address stays; unknown and foreign ids look alike', async () => {
  const person = await registerPerson(stack)
  const stranger = await registerPerson(stack)
  const foreign = await addAddress(stranger)
  const own = await stack.db('user_emails').where('user_id', person.id).first('id')
  expect(code(await as(person)(REMOVE, { id: own.id }))).toBe('CONFLICT')
  for (const query of [PRIMARY, REMOVE]) {
    const answers = [
      await as(person)(query, { id: foreign.id }),
      await as(person)(query, { id: 'eml_unknown' }),
    ]
    expect(answers.map(code)).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(answers[0]?.errors[0]?.message).toBe(answers[1]?.errors[0]?.message)
  }
})

test('a removed address is told, opens nothing any more, and is free', async () => {
  const person = await registerPerson(stack)
  const second = await addAddress(person)
  const removed = await as(person)(REMOVE, { id: second.id })
  expect(removed.data.removeEmail.emails).toEqual([{ email: person.email }])
  expect((await stack.mailbox.take(second.email)).text).not.toContain('#')
  const login = await stack.client.send(LOGIN, {
    input: { email: second.email, password: PASSWORD, deviceToken: person.deviceToken },
  })
  expect(code(login)).toBe('INVALID_CREDENTIALS')
  await stack.db('throttles').delete()
  expect((await registerPerson(stack, { email: second.email })).id).not.toBe(person.id)
})

test('anyone who had the account takes it back from the mail: addresses, sessions, password, keys', async () => {
  const owner = await registerPerson(stack)
  const thief = await logIn(stack.client, owner)
  const attackers = await addAddress(thief)
  await as(thief)(PRIMARY, { id: attackers.id })
  const old = await stack
    .db('user_emails')
    .where({ user_id: owner.id, email: owner.email })
    .first('id')
  await as(thief)(REMOVE, { id: old.id })
  expect(await addressesOf(thief)).toEqual([{ email: attackers.email, primary: true }])

  // The mail about the first change is enough: the later ones are undone with it.
  const changes = () =>
    stack.mailbox.messages.filter(
      ({ to, subject }) => to === owner.email && /was (added|changed|removed)/.test(subject),
    )
  await expect.poll(() => changes().length, { timeout: 30_000 }).toBe(3)
  const mails = changes().filter(({ text }) => text.includes('#'))
  const main = mails.find(({ subject }) => subject.includes('main address'))
  const token = linkToken(main?.text ?? '', 'undo-email-change')
  // What the address of the thief is mailed meanwhile: a mail whose link is spent is not sent any more.
  const theirs = () =>
    stack.mailbox.messages.filter(({ to, text }) => {
      return to === attackers.email && text.includes('/undo-email-change#')
    })
  await expect.poll(() => theirs().length).toBe(1)
  const undone = await stack.client.send(UNDO, { input: { token } })
  const { resetToken } = undone.data.undoEmailChange

  expect((await refreshWith(stack.client, thief.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  const login = (password: string) =>
    stack.client.send(LOGIN, { input: { email: owner.email, password } })
  expect(code(await login(PASSWORD))).toBe('INVALID_CREDENTIALS')
  const reset = await stack.client.send(RESET, {
    input: { token: resetToken, newPassword: 'another long pass phrase' },
  })
  expect(reset.data.resetPassword.email).toBe(owner.email)
  expect((await login('another long pass phrase')).data.login.__typename).toBe(
    'VerificationRequired',
  )
  const rows = await stack.db('user_emails').where('user_id', owner.id).select('email')
  expect(rows).toEqual([{ email: owner.email }])
  const audit = await stack
    .db('audit_events')
    .where({ user_id: owner.id, action: 'email.change-undone' })
  expect(audit).toHaveLength(1)

  // Nor can the thief undo the undoing.
  expect(theirs()).toHaveLength(1)
  for (const mail of [...mails, ...theirs()]) {
    const again = await stack.client.send(UNDO, {
      input: { token: linkToken(mail.text, 'undo-email-change') },
    })
    expect(code(again)).toBe('VERIFICATION_FAILED')
  }
})

test('an owner who repairs the account by hand gives the thief no link, and voids the one they have', async () => {
  const owner = await registerPerson(stack)
  const thief = await logIn(stack.client, owner)
  const attackers = await addAddress(thief)
  await as(thief)(PRIMARY, { id: attackers.id })
  // The thief's address is the primary one: it is told of the next, with a link, and is left for that one.
  const second = await addAddress(thief)
  await as(thief)(PRIMARY, { id: second.id })
  await addAddress(thief)
  await firstMail(attackers.email, /was added/)
  await firstMail(attackers.email, /main address/)
  await firstMail(second.email, /was added/)
  const request =
    'mutation R($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }'
  await stack.client.send(request, { input: { email: owner.email } })
  const mailed = await firstMail(owner.email, /new password/)
  const token = linkToken(mailed.text, 'reset-password')
  const newPassword = 'another long pass phrase'
  expect((await stack.client.send(RESET, { input: { token, newPassword } })).errors).toEqual([])
  await stack.db('known_devices').insert({
    user_id: owner.id,
    secret_hash: sha256(owner.deviceToken),
  })
  const back = await logIn(stack.client, owner, newPassword)
  const old = await stack.db('user_emails').where('email', owner.email).first('id')
  expect((await as(back)(PRIMARY, { id: old.id })).errors).toEqual([])
  expect((await as(back)(REMOVE, { id: attackers.id })).errors).toEqual([])

  expect((await firstMail(second.email, /changed back/)).text).not.toContain('#')
  await firstMail(attackers.email, /This address was removed/)
  const links = stack.mailbox.messages.filter(
    ({ to, text }) =>
      [attackers.email, second.email].includes(to) && text.includes('/undo-email-change#'),
  )
  expect(links).toHaveLength(3)
  for (const { text } of links) {
    const input = { token: linkToken(text, 'undo-email-change') }
    expect(code(await stack.client.send(UNDO, { input }))).toBe('VERIFICATION_FAILED')
  }
  expect((await refreshWith(stack.client, back.refreshToken)).errors).toEqual([])
})

test('nobody who was primary for a moment can silence the one before', async () => {
  const owner = await registerPerson(stack)
  const thief = await logIn(stack.client, owner)
  const attackers = await addAddress(thief)
  const old = await stack.db('user_emails').where('email', owner.email).first('id')
  await as(thief)(PRIMARY, { id: attackers.id })
  const first = await firstMail(owner.email, /main address/)
  for (const { id } of [old, attackers]) await as(thief)(PRIMARY, { id })
  await as(thief)(REMOVE, { id: old.id })
  const links = () =>
    stack.mailbox.messages.filter(
      ({ to, subject, text }) =>
        to === owner.email && /main address/.test(subject) && text.includes('#'),
    )
  await expect.poll(() => links().length, { timeout: 30_000 }).toBe(2)
  const input = { token: linkToken(first.text, 'undo-email-change') }
  expect((await stack.client.send(UNDO, { input })).errors).toEqual([])
  const rows = await stack.db('user_emails').where('user_id', owner.id).select('email')
  expect(rows).toEqual([{ email: owner.email }])
})

test('every address that the account had is told when it is taken back', async () => {
  const owner = await registerPerson(stack)
  const second = await addAddress(owner)
  await as(owner)(PRIMARY, { id: second.id })
  await addAddress(owner)
  const { text } = await firstMail(second.email, /was added/)
  const input = { token: linkToken(text, 'undo-email-change') }
  expect((await stack.client.send(UNDO, { input })).errors).toEqual([])
  for (const to of [owner.email, second.email]) {
    const told = await firstMail(to, /was taken back/)
    expect(told.text).toContain(second.email)
    expect(told.text).not.toContain('#')
  }
})

test('a session that changes addresses to and fro does not fill the mailbox: it is told to wait', async () => {
  const person = await registerPerson(stack)
  const second = await addAddress(person)
  const own = await stack.db('user_emails').where('email', person.email).first('id')
  const codes: (string | undefined)[] = []
  for (let index = 0; index < 21; index += 1) {
    const { id } = index % 2 === 0 ? second : own
    codes.push(code(await as(person)(PRIMARY, { id })))
  }
  expect(codes).toEqual([...Array(20).fill(undefined), 'RATE_LIMITED'])
  const again = await logIn(stack.client, person)
  expect(code(await as(again)(PRIMARY, { id: second.id }))).toBeUndefined()
})

test('an undo runs out after 72 hours', async () => {
  const person = await registerPerson(stack)
  const second = await addAddress(person)
  await as(person)(PRIMARY, { id: second.id })
  const told = () =>
    stack.mailbox.messages.find(
      ({ to, subject }) => to === person.email && subject.includes('main address'),
    )
  await expect.poll(told, { timeout: 30_000 }).toBeDefined()
  const mail = told()
  const open = () => stack.db('verifications').where({ user_id: person.id, purpose: 'EMAIL_UNDO' })
  const [row] = await open().select(
    stack.db.raw('extract(epoch from max(expires_at) - now()) as s'),
  )
  expect(Number(row.s)).toBeGreaterThan(71 * 3600)
  await open().update({ expires_at: stack.db.fn.now() })
  const late = await stack.client.send(UNDO, {
    input: { token: linkToken(mail?.text ?? '', 'undo-email-change') },
  })
  expect(code(late)).toBe('VERIFICATION_FAILED')
  expect(await addressesOf(person)).toHaveLength(2)
})

test('an address that nobody proved comes back as it was: unproved', async () => {
  const person = await registerPerson(stack)
  const second = await addAddress(person)
  // As an import or an invitation leaves it.
  await stack.db('user_emails').where('email', person.email).update({ verified_at: null })
  await as(person)(PRIMARY, { id: second.id })
  const old = await stack.db('user_emails').where('email', person.email).first('id', 'created_at')
  await as(person)(REMOVE, { id: old.id })
  const token = await stack.mailbox.takeLink(second.email, 'undo-email-change')
  expect((await stack.client.send(UNDO, { input: { token } })).errors).toEqual([])
  const rows = await stack.db('user_emails').where('user_id', person.id).orderBy('created_at')
  expect(rows.map(({ email, verified_at }) => [email, verified_at !== null])).toEqual([
    [person.email, false],
    [second.email, true],
  ])
  expect(rows[0].created_at).toEqual(old.created_at)
})

test('nobody has more than ten addresses', async () => {
  const person = await registerPerson(stack)
  await stack.db('user_emails').insert(
    Array.from({ length: 9 }, (_, index) => ({
      id: `eml_${person.id}_${index}`,
      user_id: person.id,
      email: `${index}-${person.email}`,
      email_normalized: `${index}-${person.email}`,
    })),
  )
  expect(code(await as(person)(ADD, { email: newEmail() }))).toBe('CONFLICT')
})

test('nor by codes that were asked for while there was room', async () => {
  const person = await registerPerson(stack)
  const proofs: { verificationId: string; code: string }[] = []
  for (let index = 0; index < 10; index += 1) {
    const email = newEmail()
    const begun = await as(person)(ADD, { email })
    const code = await stack.mailbox.takeCode(email)
    proofs.push({ verificationId: begun.data.addEmail.id, code })
  }
  const codes: (string | undefined)[] = []
  for (const proof of proofs) codes.push(code(await as(person)(VERIFY, proof)))
  expect(codes).toEqual([...Array(9).fill(undefined), 'CONFLICT'])
  expect(await addressesOf(person)).toHaveLength(10)
})

// The last one: tokens that are issued within seconds of it are refused.
test('revoke-all leaves owners the link with which they take their account back', async () => {
  const owner = await registerPerson(stack)
  const attackers = await addAddress(owner)
  await as(owner)(PRIMARY, { id: attackers.id })
  const { text } = await firstMail(owner.email, /main address/)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['revoke-all'](auth.deps)
  const input = { token: linkToken(text, 'undo-email-change') }
  const undone = await stack.client.send(UNDO, { input })
  expect(undone.data.undoEmailChange.resetToken).toBeTruthy()
})
