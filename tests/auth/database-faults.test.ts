// What PostgreSQL refuses (cases 109, 176 to 178): nothing half done, nothing told that is not so, no word of SQL.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
} from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await stack.db.raw('create sequence faults')
})
afterEach(async () => {
  await stack.db.raw('drop function if exists fail() cascade; alter sequence faults restart')
})
afterAll(async () => {
  await stack?.stop()
})

/** The first `times` inserts into the table fail with this SQLSTATE: a sequence is not rolled back. */
async function failInserts(table: string, sqlState: string, times = 1_000): Promise<void> {
  await stack.db.raw(`
    create function fail() returns trigger language plpgsql as $$ begin
      if nextval('faults') <= ${times} then
        raise exception 'relation secret_table at 10.0.0.1' using errcode = '${sqlState}';
      end if;
      return new;
    end $$;
    create trigger fail before insert on ${table} for each row execute function fail()`)
}

const attempts = async () => {
  const { rows } = await stack.db.raw('select last_value::int as count, is_called from faults')
  return rows[0].is_called ? rows[0].count : 0
}
const countOf = async (table: string) => Number((await stack.db(table).count('* as n'))[0]?.n)
const register = () =>
  stack.client.send(REGISTER, { input: { email: newEmail(), password: PASSWORD } })

function expectNothingLeaks(answer: GraphqlAnswer, code: string): void {
  expect(answer.code).toBe(code)
  expect(answer.errors[0]?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer.text).not.toMatch(/secret_table|10\.0\.0\.1|insert|select|stack|\.ts/i)
}

test.each(['40001', '40P01'])('%s is tried again, and succeeds unseen', async (sqlState) => {
  await failInserts('mail_outbox', sqlState, 2)
  const answer = await register()
  expect(answer.errors).toEqual([])
  expect(await attempts()).toBe(3)
})

test.each(['40001', '40P01'])(
  '%s for ever is SERVICE_UNAVAILABLE after three tries',
  async (sqlState) => {
    await failInserts('mail_outbox', sqlState)
    const before = await countOf('verifications')
    expectNothingLeaks(await register(), 'SERVICE_UNAVAILABLE')
    expect(await attempts()).toBe(3)
    expect(await countOf('verifications')).toBe(before)
  },
)

test.each([
  ['a full disk', '53100', 'SERVICE_UNAVAILABLE'],
  ['too many connections', '53300', 'SERVICE_UNAVAILABLE'],
  ['a server that shuts down', '57P01', 'SERVICE_UNAVAILABLE'],
  ['a statement that took too long', '57014', 'SERVICE_UNAVAILABLE'],
  ['a fault of ours', '42P01', 'INTERNAL_SERVER_ERROR'],
  ['a constraint', '23514', 'INTERNAL_SERVER_ERROR'],
])('%s leaves nothing behind and says no more than its code', async (_, sqlState, code) => {
  await failInserts('mail_outbox', sqlState)
  const before = [await countOf('verifications'), await countOf('audit_events')]
  expectNothingLeaks(await register(), code)
  expect([await countOf('verifications'), await countOf('audit_events')]).toEqual(before)
})

test('a COMMIT that fails is a failure: nobody is told that they are signed in', async () => {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })
  const input = {
    verificationId: begun.data.register.verification.id,
    code: await stack.mailbox.takeCode(email),
  }
  await stack.db.raw(`
    create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'at commit' using errcode = '23514'; end $$;
    create constraint trigger fail after insert on users deferrable initially deferred
      for each row execute function fail()`)
  const refused = await stack.client.send(VERIFY, { input })
  expectNothingLeaks(refused, 'INTERNAL_SERVER_ERROR')
  expect(await stack.db('users').where('email_normalized', email)).toEqual([])
  await stack.db.raw('drop function fail() cascade')
  // The code was not used up by the commit that did not happen.
  expect((await stack.client.send(VERIFY, { input })).data.verifySession.__typename).toBe(
    'SignedIn',
  )
})

test('nothing commits by hand: knex resolves `trx.commit()` also when COMMIT failed', () => {
  const sources = ['subgraphs', 'migrations', 'scripts'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
  expect(sources.length).toBeGreaterThan(50)
  const offenders = sources.filter((file) =>
    /^(?!\s*(?:\*|\/\/)).*\.(?:commit|rollback)\(/m.test(readFileSync(file, 'utf8')),
  )
  expect(offenders).toEqual([])
})

test('a fault during a refresh or a login logs nobody out', async () => {
  const person = await registerPerson(stack)
  await stack.db.raw(`
    create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'no' using errcode = '53100'; end $$;
    create trigger fail before insert or update on sessions for each row execute function fail()`)
  expectNothingLeaks(await refreshWith(stack.client, person.refreshToken), 'SERVICE_UNAVAILABLE')
  const { email, deviceToken } = person
  const login = await stack.client.send(LOGIN, {
    input: { email, password: PASSWORD, deviceToken },
  })
  expectNothingLeaks(login, 'SERVICE_UNAVAILABLE')
  await stack.db.raw('drop function fail() cascade')
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})
