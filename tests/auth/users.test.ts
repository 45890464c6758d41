import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  type Person,
  refreshWith,
  registerPerson,
  VERIFY,
} from '../people.ts'

let stack: Stack
let admin: Person

const operator = () => {
  const deps = stack.auths[0]?.deps
  if (deps === undefined) throw new Error('no auth instance')
  return deps
}

beforeAll(async () => {
  stack = await startStack()
  const person = await registerPerson(stack)
  await commands['grant-role'](operator(), { email: person.email, role: 'admin' })
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  const { accessToken } = refreshed.data.refresh.tokens
  admin = { ...person, headers: { authorization: `Bearer ${accessToken}` } }
})
afterAll(async () => {
  await stack?.stop()
})

const USER = `query User($id: ID!) { user(id: $id) { id email fullName displayName roles status emailVerified } }`
const USERS = `query Users($first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: UserFilter) {
  users(first: $first, after: $after, last: $last, before: $before, search: $search, filter: $filter) {
    edges { cursor node { id email } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

test('one reads oneself; others only as an admin, known and unknown ids alike', async () => {
  const person = await registerPerson(stack)
  const stranger = await registerPerson(stack)
  const read = (id: string, by: Person) => stack.client.send(USER, { id }, by.headers)
  expect((await read(person.id, person)).data.user).toMatchObject({
    email: person.email,
    roles: ['user'],
  })
  const foreign = await read(person.id, stranger)
  const unknown = await read('usr_unknown', stranger)
  expect(foreign.code).toBe('FORBIDDEN')
  expect(unknown.code).toBe('FORBIDDEN')
  expect(foreign.text).not.toContain(person.email)
  expect((await read(person.id, admin)).data.user.email).toBe(person.email)
  expect((await read('usr_unknown', admin)).data.user).toBeNull()
  expect((await stack.client.send(USER, { id: person.id })).status).toBe(401)
})

test('the list of users is for admins: 401 anonymous, 403 signed in', async () => {
  const person = await registerPerson(stack)
  expect((await stack.client.send(USERS)).status).toBe(401)
  expect((await stack.client.send(USERS, {}, person.headers)).status).toBe(403)
  expect((await stack.client.send(USERS, {}, admin.headers)).status).toBe(200)
})

test('paging forward and backward shows each user once, in order', async () => {
  for (let index = 0; index < 5; index += 1) await registerPerson(stack)
  const all = await stack.client.send(USERS, { first: 100 }, admin.headers)
  const ids = all.data.users.edges.map((edge: { node: { id: string } }) => edge.node.id)
  const forward: string[] = []
  let after: string | null = null
  do {
    const page: {
      edges: { node: { id: string } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string }
    } = (await stack.client.send(USERS, { first: 2, after }, admin.headers)).data.users
    forward.push(...page.edges.map((edge: { node: { id: string } }) => edge.node.id))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null)
  expect(forward).toEqual(ids)
  const last = (await stack.client.send(USERS, { last: 3 }, admin.headers)).data.users
  expect(last.edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(ids.slice(-3))
  expect(last.pageInfo.hasPreviousPage).toBe(true)
})

test('search and filter bind what they are given: wildcards and quotes are letters', async () => {
  const person = await registerPerson(stack)
  const find = async (variables: object) =>
    (await stack.client.send(USERS, variables, admin.headers)).data.users.edges.length
  expect(await find({ search: person.email.slice(0, 10) })).toBe(1)
  expect(await find({ search: '%_%' })).toBe(0)
  expect(await find({ search: `' or 1=1 --` })).toBe(0)
  expect(await find({ filter: { role: 'admin' } })).toBe(1)
  expect(await find({ filter: { status: 'SUSPENDED' } })).toBe(0)
})

test('pages over 100 and cursors that are none are refused with the argument named', async () => {
  for (const variables of [
    { first: 101 },
    { first: 0 },
    { first: 1, after: 'x' },
    { first: 1, last: 1 },
    { search: '%' },
  ]) {
    const answer = await stack.client.send(USERS, variables, admin.headers)
    expect(answer.errors.length, JSON.stringify(variables)).toBe(1)
    expect(['BAD_USER_INPUT', 'OPERATION_TOO_COMPLEX', 'BAD_REQUEST']).toContain(answer.code)
  }
})

test('what PostgreSQL cannot take is bad input, in an argument, a cursor or an id', async () => {
  const cursor = (entry: unknown) => Buffer.from(JSON.stringify(entry)).toString('base64url')
  const hostile = [
    [USERS, { search: 'a\u0000b' }],
    [USERS, { filter: { role: '\u0000' } }],
    [USERS, { first: 1, after: cursor(['2020-01-01', '\u0000']) }],
    [USERS, { first: 1, after: cursor(['+275760-09-13T00:00:00.000Z', 'x']) }],
    [USER, { id: '\u0000' }],
  ] as const
  for (const [query, variables] of hostile) {
    const answer = await stack.client.send(query, variables, admin.headers)
    expect([answer.status, answer.code], JSON.stringify(variables)).toEqual([200, 'BAD_USER_INPUT'])
  }
})

test('create-admin makes an admin who can sign in; for a taken address it adds the role', async () => {
  const email = newEmail()
  const password = 'a long enough pass phrase'
  expect(await commands['create-admin'](operator(), { email, password })).toContain('Created')
  expect(await commands['create-admin'](operator(), { email, password })).toContain(
    'had an account',
  )
  const begun = await stack.client.send(LOGIN, { input: { email, password } })
  const verificationId = begun.data.login.verification.id
  const code = await stack.mailbox.takeCode(email)
  const verified = await stack.client.send(VERIFY, { input: { verificationId, code } })
  expect(verified.data.verifySession.user.email).toBe(email)
  const row = await stack.db('user_roles').where('user_id', verified.data.verifySession.user.id)
  expect(row.map((entry: { role_name: string }) => entry.role_name).sort()).toEqual([
    'admin',
    'user',
  ])
})

test('create-admin refuses weak passwords, grant-role unknown addresses', async () => {
  await expect(
    commands['create-admin'](operator(), { email: newEmail(), password: 'short' }),
  ).rejects.toThrow('at least 10 characters')
  await expect(
    commands['grant-role'](operator(), { email: newEmail(), role: 'admin' }),
  ).rejects.toThrow('no user')
})

test('revoke-all ends every session and refuses every token within a second, by one entry', async () => {
  const person = await registerPerson(stack)
  // A restored database knows nothing of who came after the backup.
  const forgotten = await registerPerson(stack)
  await stack.db('users').where('id', forgotten.id).delete()
  const statusOf = async ({ headers }: Person) =>
    (await stack.client.send('{ viewer { kind } }', {}, headers)).status
  expect([await statusOf(person), await statusOf(forgotten)]).toEqual([200, 200])
  const before = await stack.db('revocations').select('id')
  expect(await commands['revoke-all'](operator())).toContain('Ended')
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expect.poll(() => statusOf(person)).toBe(401)
  await expect.poll(() => statusOf(forgotten)).toBe(401)
  expect(await stack.db('revocations').select('id')).toHaveLength(before.length + 1)
})

test('revoke-all forgets known devices, and anyone who signs in afterwards is let in', async () => {
  const person = await registerPerson(stack)
  await commands['revoke-all'](operator())
  const { email, deviceToken } = person
  const login = await stack.client.send(LOGIN, {
    input: { email, password: PASSWORD, deviceToken },
  })
  expect(login.data.login.__typename).toBe('VerificationRequired')
  const verificationId = login.data.login.verification.id
  const code = await stack.mailbox.takeCode(email)
  const verified = await stack.client.send(VERIFY, { input: { verificationId, code } })
  let { refreshToken } = verified.data.verifySession.tokens
  // Within the leeway for clocks a token may be stale at once: a refresh brings a good one.
  const statusOfNext = async () => {
    const { tokens } = (await refreshWith(stack.client, refreshToken)).data.refresh
    refreshToken = tokens.refreshToken
    return (await stack.client.send('{ viewer { kind } }', {}, bearer(tokens.accessToken))).status
  }
  await expect.poll(statusOfNext, { interval: 500 }).toBe(200)
})

test('doctor says what state the parts are in', async () => {
  const said = await commands.doctor(operator())
  expect(said).toMatch(/database: PostgreSQL \d+/)
  expect(said).toContain('signing key:')
})
