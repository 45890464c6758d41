// What a further factor guards within a session: changes of how somebody signs in, and administration. Attacked with the
// password, the mailbox, a stolen session or a stolen refresh token, each alone.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../../subgraphs/auth/operator/commands.ts'
import { codeOf, enrolApp } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { linkToken } from '../../mailbox.ts'
import { PASSWORD, refreshWith, registerPerson } from '../../people.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'

const NEW_PASSWORD = 'another quite long pass phrase'

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

/** Enrolled in this session, an hour ago. */
async function holder() {
  const person = await registerPerson(stack)
  const app = await enrolApp(stack, person)
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ mfa_at: stack.db.raw("now() - interval '1 hour'") })
  return { ...person, ...app }
}

async function stepUp({ headers, secret }: Awaited<ReturnType<typeof holder>>) {
  const asked = await send(CONFIRM, { method: 'TOTP' }, headers)
  const proof = { verificationId: asked.verification.id, code: codeOf(secret) }
  return await send(CONFIRM, proof, headers)
}

const SENSITIVE: Readonly<Record<string, string>> = {
  addEmail: 'mutation { addEmail(input: { email: "new@example.com" }) { id } }',
  setPrimaryEmail: 'mutation { setPrimaryEmail(input: { id: "eml_x" }) { id } }',
  removeEmail: 'mutation { removeEmail(input: { id: "eml_x" }) { id } }',
  changePassword: `mutation { changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "${NEW_PASSWORD}" }) { __typename } }`,
  createApiKey: 'mutation { createApiKey(input: { name: "k" }) { key } }',
  rotateApiKey: 'mutation { rotateApiKey(input: { id: "key_x" }) { key } }',
  deleteAccount: 'mutation { deleteAccount { verification { id } } }',
  startTotp: 'mutation { startTotp { factorId } }',
  removeFactor: 'mutation { removeFactor(input: { factorId: "fac_x" }) { id } }',
  createRecoveryCodes: 'mutation { createRecoveryCodes { codes } }',
}

describe('within a session', () => {
  test.each(Object.entries(SENSITIVE))(
    '%s asks for the factor where there is one, and for nothing more where there is none',
    async (_, document) => {
      const person = await holder()
      const refused = await stack.client.send(document, {}, person.headers)
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'STEP_UP_REQUIRED',
        challenge: { methods: ['TOTP'], maxAgeSeconds: 900 },
      })
      const confirmed = await stepUp(person)
      const after = await stack.client.send(document, {}, bearer(confirmed.tokens.accessToken))
      expect(after.code).not.toBe('STEP_UP_REQUIRED')
      const plain = await registerPerson(stack)
      expect((await stack.client.send(document, {}, plain.headers)).code).not.toBe(
        'STEP_UP_REQUIRED',
      )
    },
  )

  test('the gateway names what this person has, before auth is asked', async () => {
    const person = await holder()
    await stack
      .db('sessions')
      .where('id', person.sessionId)
      .update({ authenticated_at: stack.db.raw("now() - interval '1 hour'") })
    const { data } = await refreshWith(stack.client, person.refreshToken)
    const stale = bearer(data.refresh.tokens.accessToken)
    const refused = await stack.client.send(SENSITIVE.addEmail ?? '', {}, stale)
    expect(refused.errors[0]?.extensions).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      challenge: { methods: ['TOTP'], maxAgeSeconds: 900 },
    })
  })

  test('tokens say when the factor was proved, and with what presence is confirmed', async () => {
    const person = await holder()
    expect(decodeJwt(person.accessToken)).toMatchObject({ step_up: ['PASSWORD', 'EMAIL_CODE'] })
    const { tokens } = await stepUp(person)
    const claims = decodeJwt(tokens.accessToken)
    expect(claims).toMatchObject({ acr: 'aal2', step_up: ['TOTP'] })
    expect(Math.abs(Number(claims.mfa_time) - Date.now() / 1000)).toBeLessThan(60)
  })

  test('a refresh token from before the proof proves nothing of it', async () => {
    const person = await registerPerson(stack)
    const app = await enrolApp(stack, person)
    const before = { acr: 'aal1', amr: ['pwd', 'otp'] }
    await stack.db('sessions').where('id', person.sessionId).update({
      mfa_at: null,
      authentication_methods: before.amr,
    })
    const proved = await stepUp({ ...person, ...app })
    expect(decodeJwt(proved.tokens.accessToken).acr).toBe('aal2')
    const stolen = await refreshWith(stack.client, person.refreshToken)
    const claims = decodeJwt(stolen.data.refresh.tokens.accessToken)
    expect(claims).toMatchObject(before)
    expect(claims.mfa_time).toBeUndefined()
  })

  test('an API key satisfies nothing that asks for a person', async () => {
    const person = await registerPerson(stack)
    const made = await stack.client.send(
      'mutation { createApiKey(input: { name: "k", roles: ["user"] }) { key secret verification { id } } }',
      {},
      person.headers,
    )
    const { key, secret, verification } = made.data.createApiKey
    const code = await stack.mailbox.takeCode(person.email)
    await send(
      'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { id } }',
      { verificationId: verification.id, code },
      person.headers,
    )
    await enrolApp(stack, person)
    const headers = { 'x-api-key': key, 'x-api-secret': secret }
    for (const document of Object.values(SENSITIVE)) {
      expect((await stack.client.send(document, {}, headers)).code).toBe('FORBIDDEN')
    }
  })

  test('an admin who holds a factor administers in no session that has not proved it', async () => {
    const person = await registerPerson(stack)
    const [auth] = stack.auths
    if (auth === undefined) throw new Error('no auth instance')
    await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
    const { data } = await refreshWith(stack.client, person.refreshToken)
    const headers = bearer(data.refresh.tokens.accessToken)
    const app = await enrolApp(stack, { headers })
    await stack.db('sessions').where('id', person.sessionId).update({ mfa_at: null })
    const create = 'mutation ($input: CreateRoleInput!) { createRole(input: $input) { name } }'
    const name = `editor-${crypto.randomUUID().slice(0, 8)}`
    const refused = await send(create, { name, rank: 10 }, headers)
    expect(refused.extensions).toMatchObject({
      code: 'STEP_UP_REQUIRED',
      challenge: { methods: ['TOTP'] },
    })
    const confirmed = await stepUp({ ...person, ...app, headers })
    const fresh = bearer(confirmed.tokens.accessToken)
    expect((await send(create, { name, rank: 10 }, fresh)).name).toBe(name)
  })
})

describe('nothing goes round it', () => {
  const askedAfter = async (email: string, password: string) => {
    const { verification, session } = await send(LOGIN, { email, password })
    expect(session).toBeUndefined()
    return verification
  }

  test('a reset by mail, and the login after it', async () => {
    const person = await holder()
    await send(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
      { email: person.email },
    )
    let token = ''
    await expect
      .poll(
        async () => {
          const mails = stack.mailbox.messages.filter(({ to }) => to === person.email)
          const found = mails.findLast(({ text }) => text.includes('reset-password#'))
          if (found !== undefined) token = linkToken(found.text, 'reset-password')
          return token
        },
        { timeout: 30_000 },
      )
      .not.toBe('')
    await send(
      'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
      { token, newPassword: NEW_PASSWORD },
    )
    const verification = await askedAfter(person.email, NEW_PASSWORD)
    expect(verification).toMatchObject({ methods: ['TOTP'], sentTo: null })
  })

  test('guesses that lead to the mailbox lead on to the factor', async () => {
    const person = await holder()
    for (let guess = 0; guess < 12; guess += 1) {
      await stack.db('throttles').where('key', 'like', '%login-pair%').delete()
      await send(LOGIN, { email: person.email, password: 'wrong wrong wrong' })
    }
    await stack.db('throttles').where('key', 'like', '%login-pair%').delete()
    const mailed = await askedAfter(person.email, PASSWORD)
    expect(mailed.methods).toEqual(['EMAIL_CODE'])
    const code = await stack.mailbox.takeCode(person.email)
    const next = await send(PROVE, { verificationId: mailed.id, code })
    expect(next.verification.methods).toEqual(['TOTP'])
  })

  test('a challenge goes on in the browser that began it, and nowhere else', async () => {
    const person = await holder()
    const origin = { origin: stack.env.PUBLIC_URL ?? '' }
    const begun = await send(
      LOGIN,
      { email: person.email, password: PASSWORD, delivery: 'COOKIE' },
      origin,
    )
    const proof = { verificationId: begun.verification.id, code: codeOf(person.secret) }
    expect((await send(PROVE, proof, origin)).code).toBe('VERIFICATION_FAILED')
  })
})
