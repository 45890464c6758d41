// Passwords at the door: what is hashed, and with what.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHashThreads } from '../../subgraphs/auth/factors/password/hash-threads.ts'
import { createPasswordHasher } from '../../subgraphs/auth/factors/password/hasher.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, logIn, PASSWORD, REGISTER, registerPerson } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

test('a hash of another cost is replaced at the next login, and the password stays the same', async () => {
  const person = await registerPerson(stack)
  const users = () => stack.db('users').where('id', person.id)
  const { password_hash: current } = await users().first('password_hash')
  const pepper = stack.auths[0]?.deps.config.secrets.passwordPepper
  if (pepper === undefined) throw new Error('no auth instance')
  const threads = createHashThreads({ threads: 1 })
  const old = await createPasswordHasher({ threads, pepper, cost: 4 }).hash(PASSWORD)
  await threads.stop()
  await users().update({ password_hash: old.hash })
  await logIn(stack.client, person)
  const { password_hash: renewed } = await users().first('password_hash')
  expect(renewed.slice(0, 7)).toBe(current.slice(0, 7))
  await logIn(stack.client, person)
  expect(await users().first('password_hash')).toEqual({ password_hash: renewed })
})

test('a password of more than 1024 bytes is refused before it is hashed', async () => {
  const person = await registerPerson(stack)
  const password = 'ä'.repeat(600)
  const input = { email: person.email, password }
  const login = await stack.client.send(LOGIN, { input })
  const register = await stack.client.send(REGISTER, { input })
  expect([login.code, register.code]).toEqual(['BAD_USER_INPUT', 'WEAK_PASSWORD'])
})

test('a password that is changed while it is checked lets nobody begin a session with it', async () => {
  const person = await registerPerson(stack)
  await stack.db.raw(`
    create function change_password() returns trigger language plpgsql as
      $$ begin update users set token_version = token_version + 1 where id = '${person.id}'; return new; end $$;
    create trigger change_password after insert on throttles
      for each row when (new.key like '%login-mail-hour%') execute function change_password()`)
  const input = { email: person.email, password: PASSWORD }
  const begun = await stack.client
    .send(LOGIN, { input })
    .finally(() =>
      stack.db.raw('drop trigger change_password on throttles; drop function change_password()'),
    )
  // The answer is the same as ever; there is neither a session nor a code behind it.
  const { id } = begun.data.login.verification
  expect(id).toMatch(/^ver_/)
  const sessions = await stack.db('sessions').where({ user_id: person.id, status: 'PENDING' })
  expect(sessions).toEqual([])
  expect(await stack.db('mail_outbox').where({ recipient: person.email })).toEqual([])
  expect(stack.mailbox.messages.filter(({ to }) => to === person.email)).toHaveLength(1)
})
