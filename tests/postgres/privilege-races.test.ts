// Rights that change while they are used (cases 134, 138, 139): what counts is what is true at COMMIT.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../migrations/index.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { createTestDatabase } from '../database.ts'
import { type Stack, startStack } from '../harness.ts'
import { newEmail, refreshWith, registerPerson } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ auths: 2, reviews: true })
})
afterAll(async () => {
  await stack?.stop()
})

function operator(index = 0) {
  const deps = stack.auths[index]?.deps
  if (deps === undefined) throw new Error('no such auth instance')
  return deps
}

/** A transaction of somebody else, with no timeouts of ours. */
async function openTransaction(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stack.database.url ?? '' })
  await client.connect()
  await client.query('begin')
  return client
}

const CREATE_KEY = `mutation { createApiKey(input: { name: "x", roles: ["editor"] }) { apiKey { id } } }`

test.each([
  [
    'a role taken away',
    'update users set token_version = token_version + 1 where id = $1',
    'BAD_USER_INPUT',
  ],
  ['a suspension', "update users set status = 'SUSPENDED' where id = $1", 'UNAUTHENTICATED'],
])(
  '%s while a key is being made is seen: the check and the write are one',
  async (_, sql, code) => {
    const person = await registerPerson(stack)
    await commands['grant-role'](operator(), { email: person.email, role: 'editor' })
    const refreshed = await refreshWith(stack.client, person.refreshToken)
    const headers = { authorization: `Bearer ${refreshed.data.refresh.tokens.accessToken}` }
    const other = await openTransaction()
    await other.query(sql, [person.id])
    await other.query("delete from user_roles where user_id = $1 and role_name = 'editor'", [
      person.id,
    ])
    const writing = stack.client.send(CREATE_KEY, {}, headers)
    // It waits for the row that the other transaction holds.
    expect(
      await Promise.race([writing, new Promise((done) => setTimeout(done, 500, 'waits'))]),
    ).toBe('waits')
    await other.query('commit')
    await other.end()
    expect((await writing).code).toBe(code)
    expect(await stack.db('api_keys').where('user_id', person.id)).toEqual([])
  },
)

test('a moderator who was demoted hides nothing from that moment on, whatever the token says', async () => {
  const person = await registerPerson(stack)
  await commands['grant-role'](operator(), { email: person.email, role: 'moderator' })
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  const headers = { authorization: `Bearer ${refreshed.data.refresh.tokens.accessToken}` }
  const hide = () =>
    stack.client.send(
      'mutation { hideReview(input: { reviewId: "rev_none", reason: "x" }) { __typename } }',
      {},
      headers,
    )
  expect((await hide()).code).toBe('NOT_FOUND')
  // Without a revocation: the feed tells nobody, and still it is seen at once.
  await stack.db('user_roles').where({ user_id: person.id, role_name: 'moderator' }).delete()
  const refused = await hide()
  expect([refused.status, refused.code]).toEqual([403, 'FORBIDDEN'])
  expect(
    (await stack.client.send('{ viewer { roles } }', {}, headers)).data.viewer.roles,
  ).toContain('moderator')
})

test('create-admin at once from everywhere makes one admin, once', async () => {
  const email = newEmail()
  const password = 'a long enough pass phrase'
  const said = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      commands['create-admin'](operator(index % 2), { email, password }),
    ),
  )
  const made = said.filter((one) => one.status === 'fulfilled' && one.value.startsWith('Created'))
  expect(made).toHaveLength(1)
  const users = await stack.db('users').where('email_normalized', email)
  expect(users).toHaveLength(1)
  const roles = await stack.db('user_roles').where('user_id', users[0].id).pluck('role_name')
  expect(roles.sort()).toEqual(['admin', 'user'])
})

test('a fresh database has no account, and so no default credentials', async () => {
  const database = await createTestDatabase('empty')
  const { db, stop } = await database.connect()
  await migrate(db)
  for (const table of ['users', 'user_roles', 'api_keys', 'sessions']) {
    expect(await db(table).select('*'), table).toEqual([])
  }
  await stop()
  await database.drop()
})

test('migrators at once: one runs, the others wait and find nothing to do', async () => {
  const database = await createTestDatabase('empty')
  const pools = Array.from({ length: 4 }, () => connectPostgres(database.url ?? '', 2))
  const ran = await Promise.all(pools.map(({ db }) => migrate(db)))
  expect(ran.filter((names) => names.length > 0)).toHaveLength(1)
  await Promise.all(pools.map(({ stop }) => stop()))
  await database.drop()
})
