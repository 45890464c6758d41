// Two auth instances and two gateways on one PostgreSQL: what one connection can never show.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { nothingLeftToMail } from '../mailbox.ts'
import {
  LOGOUT,
  logIn,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
} from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ auths: 2, gateways: 2 })
})
afterAll(async () => {
  await stack?.stop()
})

const either = (index: number) => stack.clientOf(index % 2)

test('50 parallel refreshes over two auth instances leave one successor and nobody logged out', async () => {
  const person = await registerPerson(stack)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => refreshWith(either(index), person.refreshToken)),
  )
  expect(answers.flatMap((answer) => answer.errors)).toEqual([])
  const successors = new Set(answers.map((answer) => answer.data.refresh.tokens.refreshToken))
  expect(successors.size).toBe(1)
  const row = await stack.db('sessions').where('id', person.sessionId).first('generation', 'status')
  expect(row).toEqual({ generation: 2, status: 'ACTIVE' })
  const [successor = ''] = successors
  expect((await refreshWith(either(1), successor)).errors).toEqual([])
})

test('the same holds when every write of the row takes 50 ms', async () => {
  const person = await registerPerson(stack)
  await stack.db.raw(`
    create function slow_rotation() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.05); return new; end $$;
    create trigger slow_rotation before update on sessions
      for each row when (old.turn_hash is distinct from new.turn_hash) execute function slow_rotation()`)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => refreshWith(either(index), person.refreshToken)),
  ).finally(() =>
    stack.db.raw('drop trigger slow_rotation on sessions; drop function slow_rotation()'),
  )
  expect(new Set(answers.map((answer) => answer.data?.refresh?.tokens.refreshToken)).size).toBe(1)
})

test('parallel retries of an answer lost a minute ago end with one successor', async () => {
  const person = await registerPerson(stack)
  await refreshWith(either(0), person.refreshToken)
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ rotated_at: stack.db.raw("now() - interval '61 seconds'") })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => refreshWith(either(index), person.refreshToken)),
  )
  const successors = new Set(answers.map((answer) => answer.data?.refresh?.tokens.refreshToken))
  expect(successors.size).toBe(1)
})

test('reuse seen by both instances at once ends the session once: one event, one mail', async () => {
  const person = await registerPerson(stack)
  const second = await refreshWith(either(0), person.refreshToken)
  await refreshWith(either(1), second.data.refresh.tokens.refreshToken)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => refreshWith(either(index), person.refreshToken)),
  )
  for (const answer of answers) expect(answer.code).toBe('INVALID_REFRESH_TOKEN')
  const events = await stack
    .db('outbox_events')
    .where({ user_id: person.id, type: 'session.revoked' })
  expect(events).toHaveLength(1)
  await nothingLeftToMail(stack.db)
  expect(
    stack.mailbox.messages.filter((mail) => mail.to === person.email && /ended/.test(mail.subject)),
  ).toHaveLength(1)
})

test('logout beside a refresh: the session is over, whichever came first', async () => {
  const person = await registerPerson(stack)
  const [, refreshed] = await Promise.all([
    stack.clientOf(0).send(LOGOUT, {}, person.headers),
    refreshWith(stack.clientOf(1), person.refreshToken),
  ])
  const last = refreshed.data?.refresh?.tokens.refreshToken ?? person.refreshToken
  expect((await refreshWith(either(0), last)).code).toBe('INVALID_REFRESH_TOKEN')
})

test('the password again beside refreshes: whichever pair the client keeps, it works', async () => {
  const REAUTHENTICATE = `mutation { reauthenticate(input: { password: "${PASSWORD}" }) { ... on SignedIn { tokens { refreshToken } } } }`
  for (const keeps of ['refreshed', 'reauthenticated'] as const) {
    for (let round = 0; round < 4; round += 1) {
      const person = await registerPerson(stack)
      const [reauthenticated, ...refreshed] = await Promise.all([
        either(round).send(REAUTHENTICATE, {}, person.headers),
        ...[0, 1, 2].map((index) => refreshWith(either(index), person.refreshToken)),
      ])
      expect(refreshed.flatMap(({ errors }) => errors)).toEqual([])
      const kept =
        keeps === 'refreshed'
          ? refreshed[0]?.data.refresh.tokens.refreshToken
          : reauthenticated.data.reauthenticate.tokens.refreshToken
      const next = await refreshWith(either(round), kept)
      expect(next.errors).toEqual([])
      const after = await refreshWith(either(1), next.data.refresh.tokens.refreshToken)
      expect(after.errors).toEqual([])
    }
  }
})

test('20 parallel logins at the cap of sessions never exceed it', async () => {
  const { MAX_ACTIVE_SESSIONS } = await import('../../subgraphs/auth/sessions/start-session.ts')
  const person = await registerPerson(stack)
  const { id: _, ...template } = await stack.db('sessions').where('id', person.sessionId).first()
  await stack.db('sessions').insert(
    Array.from({ length: MAX_ACTIVE_SESSIONS - 1 }, (_unused, index) => ({
      ...template,
      id: `ses_filler_${person.id}_${index}`,
      family_id: `filler_${person.id}_${index}`,
    })),
  )
  await Promise.all(Array.from({ length: 20 }, (_unused, index) => logIn(either(index), person)))
  const [{ count } = { count: 0 }] = await stack
    .db('sessions')
    .where({ user_id: person.id, status: 'ACTIVE' })
    .count('* as count')
  expect(Number(count)).toBe(MAX_ACTIVE_SESSIONS)
})

test('20 codes of one address proved at once make one user', async () => {
  const email = newEmail()
  const begun = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      either(index).send(REGISTER, { input: { email, password: PASSWORD } }),
    ),
  )
  const { codeFor } = await import('../../subgraphs/auth/verifications/verification.ts')
  const { sha256 } = await import('../../subgraphs/auth/core/identifiers.ts')
  const codeKey = stack.auths[0]?.deps.config.secrets.codeKey
  if (codeKey === undefined) throw new Error('no auth instance')
  const answers = await Promise.all(
    begun.map((answer, index) => {
      const verificationId = answer.data.register.verification.id
      const row = {
        id_hash: sha256(verificationId),
        send_number: 1,
        code_key_version: codeKey.currentVersion,
      }
      return either(index).send(VERIFY, { input: { verificationId, code: codeFor(row, codeKey) } })
    }),
  )
  expect(answers.filter((answer) => answer.data?.verifySession !== null)).toHaveLength(1)
  expect(await stack.db('users').where('email_normalized', email)).toHaveLength(1)
})

test('100 parallel last attempts on one code are five', async () => {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })
  const verificationId = begun.data.register.verification.id
  const code = await stack.mailbox.takeCode(email)
  const wrong = code === '11111111' ? '22222222' : '11111111'
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      either(index).send(VERIFY, { input: { verificationId, code: wrong } }),
    ),
  )
  const left = answers.map((answer) => answer.errors[0]?.extensions.attemptsRemaining)
  expect(left.filter((count) => count !== 0)).toHaveLength(4)
  expect((await either(0).send(VERIFY, { input: { verificationId, code } })).code).toBe(
    'VERIFICATION_FAILED',
  )
})
