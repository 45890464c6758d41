// What somebody may come to hold besides a credential: none of it is one (cases 8, 40, 42).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, refreshWith, registerPerson, VERIFY, viewerOf } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

test('nothing else that a client holds is an access token', async () => {
  const person = await registerPerson(stack)
  const begun = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD },
  })
  const { refreshToken, deviceToken, sessionId } = person
  for (const token of [refreshToken, deviceToken, sessionId, begun.data.login.verification.id]) {
    const { status, errors } = await viewerOf(stack.client, token)
    expect([status, errors[0]?.extensions.reason]).toEqual([401, 'TOKEN_INVALID'])
  }
})

test('what a dump of the database holds signs nobody in', async () => {
  const person = await registerPerson(stack)
  await refreshWith(stack.client, person.refreshToken)
  const row = await stack.db('sessions').where('id', person.sessionId).first()
  const turns = [row.turn_hash, row.previous_turn_hash, row.sealed_successor, row.family_hash]
  const secrets = [row.family_hash, row.family_sealed, row.turn_hash]
  for (const secret of secrets) {
    for (const turn of turns) {
      const token = `srt_${row.family_id}.${secret.slice(0, 43)}.${turn.slice(0, 43)}`
      expect((await refreshWith(stack.client, token)).code).toBe('INVALID_REFRESH_TOKEN')
    }
  }
  const device = await stack.db('known_devices').where('user_id', person.id).first()
  const deviceToken = `dvt_${device.secret_hash}`
  const login = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD, deviceToken },
  })
  expect(login.data.login.__typename).toBe('VerificationRequired')
  const code = await stack.mailbox.takeCode(person.email)
  const { id_hash: verificationId } = await stack
    .db('verifications')
    .where({ user_id: person.id, purpose: 'LOGIN' })
    .first()
  for (const id of [verificationId, `ver_${verificationId}`]) {
    const verified = await stack.client.send(VERIFY, { input: { verificationId: id, code } })
    expect(verified.code).toBe('VERIFICATION_FAILED')
  }
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})
