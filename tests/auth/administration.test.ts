// What admins do with people and roles: by rank, by the database's word, and never so that nobody is left to do it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken } from '../mailbox.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  type Person,
  refreshWith,
  registerPerson,
  VERIFY,
  viewerOf,
} from '../people.ts'

let stack: Stack
let admin: Person

beforeAll(async () => {
  stack = await startStack({ reviews: true })
  admin = await makeAdmin()
})
afterAll(async () => {
  await stack?.stop()
})
// A try that failed leaves roles, whose names the next one takes.
beforeEach(async () => {
  const builtIn = ['admin', 'user']
  await stack.db('user_roles').whereNotIn('role_name', builtIn).delete()
  await stack.db('roles').whereNotIn('name', builtIn).delete()
})

const operator = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

async function makeAdmin(): Promise<Person> {
  const person = await registerPerson(stack)
  await commands['grant-role'](operator(), { email: person.email, role: 'admin' })
  return await renewed(person)
}

async function renewed(person: Person): Promise<Person> {
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const { accessToken, refreshToken } = data.refresh.tokens
  return { ...person, accessToken, refreshToken, headers: bearer(accessToken) }
}

/** `mutation { name(input: …) { selection } }`, the input's type named after the mutation. */
function mutate(
  name: string,
  input: object,
  {
    as = admin.headers,
    select = 'id',
  }: { as?: Readonly<Record<string, string>>; select?: string } = {},
): Promise<GraphqlAnswer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${select} } }`
  return stack.client.send(query, { input }, as)
}

test('one reads and writes one’s own profile; an empty name is taken away', async () => {
  const person = await registerPerson(stack)
  const update = (input: object) =>
    mutate('updateProfile', input, { as: person.headers, select: 'fullName displayName' })
  expect(
    (await update({ fullName: ' Ada Lovelace ', displayName: 'Ada' })).data.updateProfile,
  ).toEqual({
    fullName: 'Ada Lovelace',
    displayName: 'Ada',
  })
  expect((await update({ displayName: '' })).data.updateProfile).toEqual({
    fullName: 'Ada Lovelace',
    displayName: null,
  })
  expect((await update({ fullName: 'x'.repeat(201) })).code).toBe('BAD_USER_INPUT')
})

test.each([
  ['updateProfile', 'fullName: "x"'],
  ['resetPassword', 'token: "x", newPassword: "x"'],
  ['changePassword', 'currentPassword: "x", newPassword: "x"'],
  ['addEmail', 'email: "a@example.com"'],
  ['updateUser', 'id: "x"'],
])(
  '%s gives nobody a role, a rank, a status or a proved address: there is no such input',
  async (name, input) => {
    const person = await registerPerson(stack)
    for (const extra of [
      'roles: ["admin"]',
      'role: "admin"',
      'status: ACTIVE',
      'emailVerified: true',
      'passwordHash: "x"',
    ]) {
      const answer = await stack.client.send(
        `mutation { ${name}(input: { ${input}, ${extra} }) { __typename } }`,
        {},
        person.headers,
      )
      expect(answer.code, extra).toBe('GRAPHQL_VALIDATION_FAILED')
    }
  },
)

test('an invited person chooses a password with the mailed link, and is a user like any other', async () => {
  const email = newEmail()
  const invited = await mutate(
    'createUser',
    { email, fullName: 'Grace Hopper', roles: [], customClaims: { plan: 'team' } },
    { select: 'id status emailVerified roles customClaims' },
  )
  const { id, ...rest } = invited.data.createUser
  expect(rest).toEqual({
    status: 'INVITED',
    emailVerified: false,
    roles: ['user'],
    customClaims: { plan: 'team' },
  })
  const first = await stack.mailbox.takeLink(email, 'accept-invitation')
  await mutate('resendInvitation', { id })
  const second = await stack.mailbox.takeLink(email, 'accept-invitation')
  const accept = (token: string) =>
    stack.client.send(
      'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
      { input: { token, newPassword: PASSWORD } },
    )
  expect((await accept(first)).code).toBe('VERIFICATION_FAILED')
  expect((await accept(second)).data.resetPassword).toEqual({ email })
  const user = await stack.client.send(
    `{ user(id: "${id}") { status emailVerified emails { verifiedAt } } }`,
    {},
    admin.headers,
  )
  expect(user.data.user).toMatchObject({ status: 'ACTIVE', emailVerified: true })
  expect(user.data.user.emails[0].verifiedAt).not.toBeNull()
  const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  expect(login.data.login.__typename).toBe('VerificationRequired')
  expect((await mutate('resendInvitation', { id })).code).toBe('CONFLICT')
  expect((await mutate('createUser', { email })).code).toBe('CONFLICT')
})

test('an invitation that was not accepted opens nothing, and ends with its user', async () => {
  const email = newEmail()
  const { id } = (await mutate('createUser', { email })).data.createUser
  const { text } = await stack.mailbox.take(email)
  const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  expect(login.code).toBe('INVALID_CREDENTIALS')
  expect((await mutate('suspendUser', { id })).code).toBe('CONFLICT')
  const deleted = await mutate('deleteUser', { userId: id }, { select: 'receiptId' })
  expect(deleted.errors).toEqual([])
  const late = await stack.client.send(
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
    { input: { token: linkToken(text, 'accept-invitation'), newPassword: PASSWORD } },
  )
  expect(late.code).toBe('VERIFICATION_FAILED')
})

test('a suspended person is out within a second, on every way in, until reinstated', async () => {
  const person = await registerPerson(stack)
  const suspended = await mutate(
    'suspendUser',
    { id: person.id, reason: 'spam' },
    { select: 'status suspendedReason' },
  )
  expect(suspended.data.suspendUser).toEqual({ status: 'SUSPENDED', suspendedReason: 'spam' })
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expect
    .poll(
      async () => (await viewerOf(stack.client, person.accessToken)).errors[0]?.extensions.reason,
      { interval: 50 },
    )
    .toBe('SESSION_REVOKED')
  const { email, deviceToken } = person
  const login = () =>
    stack.client.send(LOGIN, { input: { email, password: PASSWORD, deviceToken } })
  expect((await login()).code).toBe('INVALID_CREDENTIALS')
  expect((await mutate('suspendUser', { id: person.id })).errors).toEqual([])

  await mutate('reinstateUser', { id: person.id })
  expect((await login()).data.login.__typename).toBe('SignedIn')
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
})

test('an admin signs somebody out everywhere', async () => {
  const person = await registerPerson(stack)
  const { data } = await mutate(
    'revokeUserSessions',
    { userId: person.id },
    { select: 'revokedSessionIds' },
  )
  expect(data.revokeUserSessions.revokedSessionIds).toEqual([person.sessionId])
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
})

test('nobody manages somebody of their own rank or above, on any path', async () => {
  const other = await makeAdmin()
  for (const [name, input, select] of [
    ['updateUser', { id: other.id, fullName: 'x' }, 'id'],
    ['suspendUser', { id: other.id }, 'id'],
    ['reinstateUser', { id: other.id }, 'id'],
    ['resendInvitation', { id: other.id }, 'id'],
    ['revokeUserSessions', { userId: other.id }, 'revokedSessionIds'],
    ['grantRole', { userId: other.id, role: 'user' }, 'id'],
    ['revokeRole', { userId: other.id, role: 'admin' }, 'id'],
  ] as const) {
    expect((await mutate(name, input, { select })).code, name).toBe('FORBIDDEN')
  }
  for (const [name, input] of [
    ['createUser', { email: newEmail(), roles: ['admin'] }],
    ['grantRole', { userId: (await registerPerson(stack)).id, role: 'admin' }],
  ] as const) {
    expect((await mutate(name, input)).code, name).toBe('FORBIDDEN')
  }
  const roles = [
    ['createRole', { name: 'peer', rank: 100 }],
    ['updateRole', { name: 'admin', scopes: ['x'] }],
    ['deleteRole', { name: 'admin' }],
  ] as const
  for (const [name, input] of roles) {
    const answer = await mutate(name, input, { select: 'name' })
    expect(['FORBIDDEN', 'CONFLICT'], name).toContain(answer.code)
  }
})

test('unknown ids are not found', async () => {
  for (const [name, key] of [
    ['updateUser', 'id'],
    ['suspendUser', 'id'],
    ['reinstateUser', 'id'],
    ['resendInvitation', 'id'],
  ] as const) {
    expect((await mutate(name, { [key]: 'usr_unknown' })).code, name).toBe('NOT_FOUND')
  }
})

test('a role that was taken away is gone at once for writes, though the token still says it', async () => {
  const demoted = await makeAdmin()
  await commands['revoke-role'](operator(), { email: demoted.email, role: 'admin' })
  const answer = await mutate(
    'createRole',
    { name: 'too-late', rank: 1 },
    {
      as: demoted.headers,
      select: 'name',
    },
  )
  expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(answer.code)
  expect(await stack.db('roles').where('name', 'too-late')).toEqual([])
})

test('a role: made, given, felt within a second as TOKEN_STALE, taken and deleted', async () => {
  const person = await registerPerson(stack)
  const role = { name: 'editor', rank: 20, scopes: ['posts:write'], customClaims: { desk: 'news' } }
  const made = await mutate('createRole', role, {
    select: 'name rank scopes customClaims builtIn',
  })
  expect(made.data.createRole).toEqual({ ...role, builtIn: false })
  expect((await mutate('createRole', role, { select: 'name' })).code).toBe('CONFLICT')

  const given = await mutate(
    'grantRole',
    { userId: person.id, role: 'editor' },
    { select: 'roles' },
  )
  expect(given.data.grantRole.roles).toEqual(['editor', 'user'])
  await expect
    .poll(
      async () => (await viewerOf(stack.client, person.accessToken)).errors[0]?.extensions.reason,
      { interval: 50 },
    )
    .toBe('TOKEN_STALE')
  const now = await renewed(person)
  const { viewer } = (await viewerOf(stack.client, now.accessToken)).data
  expect(viewer).toMatchObject({ roles: ['editor', 'user'], scopes: ['posts:write'] })

  await mutate('updateRole', { name: 'editor', scopes: ['posts:read'] }, { select: 'name' })
  await expect
    .poll(async () => (await viewerOf(stack.client, now.accessToken)).errors[0]?.extensions.reason)
    .toBe('TOKEN_STALE')
  expect((await mutate('deleteRole', { name: 'editor' }, { select: 'name' })).code).toBe('CONFLICT')
  await mutate('revokeRole', { userId: person.id, role: 'editor' })
  const deleted = await mutate('deleteRole', { name: 'editor' }, { select: 'name' })
  expect(deleted.data.deleteRole).toEqual({ name: 'editor' })
  const listed = await stack.client.send(
    '{ roles { edges { node { name builtIn } } } }',
    {},
    admin.headers,
  )
  expect(listed.data.roles.edges.map((edge: { node: object }) => edge.node)).toEqual(
    expect.arrayContaining([
      { name: 'admin', builtIn: true },
      { name: 'user', builtIn: true },
    ]),
  )
})

test('custom claims travel in the token, those of the person over those of the role, and are bounded', async () => {
  const person = await registerPerson(stack)
  await mutate(
    'createRole',
    { name: 'tenant', rank: 5, customClaims: { plan: 'free', region: 'eu' } },
    { select: 'name' },
  )
  await mutate('grantRole', { userId: person.id, role: 'tenant' })
  await mutate('updateUser', { id: person.id, customClaims: { plan: 'team', seats: 5 } })
  const { accessToken } = await renewed(person)
  const payload = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
  expect(payload.custom).toEqual({ plan: 'team', region: 'eu', seats: 5 })

  const bad = [
    { Plan: 'x' },
    ...Object.getOwnPropertyNames(Object.prototype).map((name) => ({ [name]: 'x' })),
    { plan: 'x', ['__proto__']: 'x' },
    { plan: 'x', constructor: 'x' },
    { nested: { a: 1 } },
    { long: 'x'.repeat(257) },
    Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`c${index}`, 'x'.repeat(250)])),
  ]
  for (const customClaims of bad) {
    expect((await mutate('updateUser', { id: person.id, customClaims })).code).toBe(
      'BAD_USER_INPUT',
    )
    const role = { name: `tenant-${Math.random().toString(36).slice(2)}`, rank: 5, customClaims }
    expect((await mutate('createRole', role, { select: 'name' })).code).toBe('BAD_USER_INPUT')
    const invited = { email: newEmail(), customClaims }
    expect((await mutate('createUser', invited)).code).toBe('BAD_USER_INPUT')
  }
  // Roles, scopes and claims share one room in the token: what would not fit is refused as a whole.
  const scopes = Array.from({ length: 30 }, (_, index) => `scope-${index}-${'x'.repeat(70)}`)
  const full = await mutate('updateRole', { name: 'tenant', scopes }, { select: 'name' })
  expect(full.code).toBe('CONFLICT')
  expect((await stack.db('roles').where('name', 'tenant').first('scopes')).scopes).toEqual([])
})

test('an admin who is the last one stays; with another one left, stepping down works', async () => {
  const alone = await startStack()
  try {
    const [auth] = alone.auths
    const person = await registerPerson(alone)
    const email = person.email
    if (auth === undefined) throw new Error('no auth instance')
    await commands['grant-role'](auth.deps, { email, role: 'admin' })
    const { data } = await refreshWith(alone.client, person.refreshToken)
    const headers = bearer(data.refresh.tokens.accessToken)
    const stepDown = () =>
      alone.client.send(
        'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { roles } }',
        { input: { userId: person.id, role: 'admin' } },
        headers,
      )
    expect((await stepDown()).code).toBe('LAST_ADMIN')
    await expect(commands['revoke-role'](auth.deps, { email, role: 'admin' })).rejects.toThrow(
      'last admin',
    )
    const other = await registerPerson(alone)
    await commands['grant-role'](auth.deps, { email: other.email, role: 'admin' })
    expect((await stepDown()).data.revokeRole.roles).toEqual(['user'])
  } finally {
    await alone.stop()
  }
})

test('users sort by address and name, page through in that order, and are found by a part of either', async () => {
  const tag = newEmail().slice(1, 9)
  for (const name of ['Charlie', 'alice', 'Bob']) {
    const person = await registerPerson(stack, {
      email: `${name.toLowerCase()}-${tag}@example.com`,
    })
    await mutate('updateProfile', { fullName: `${name} ${tag}` }, { as: person.headers })
  }
  const USERS = `query ($first: Int, $after: String, $search: String, $orderBy: UserOrder) {
    users(first: $first, after: $after, search: $search, orderBy: $orderBy) {
      edges { cursor node { fullName } } pageInfo { hasNextPage endCursor }
    }
  }`
  for (const [orderBy, expected] of [
    [{ field: 'NAME', direction: 'ASC' }, ['alice', 'Bob', 'Charlie']],
    [{ field: 'EMAIL', direction: 'DESC' }, ['Charlie', 'Bob', 'alice']],
    [{ field: 'CREATED_AT' }, ['Charlie', 'alice', 'Bob']],
  ] as const) {
    const names: string[] = []
    let after: string | null = null
    do {
      const variables: object = { first: 1, after, search: tag, orderBy }
      const { data } = await stack.client.send(USERS, variables, admin.headers)
      names.push(
        ...data.users.edges.map(({ node }: { node: { fullName: string } }) => node.fullName),
      )
      after = data.users.pageInfo.hasNextPage ? data.users.pageInfo.endCursor : null
    } while (after !== null)
    expect(names).toEqual(expected.map((name) => `${name} ${tag}`))
  }
  const { data } = await stack.client.send(USERS, { first: 1, search: tag }, admin.headers)
  const crossed = await stack.client.send(
    USERS,
    { after: data.users.pageInfo.endCursor, orderBy: { field: 'NAME' } },
    admin.headers,
  )
  expect(crossed.code).toBe('BAD_USER_INPUT')
})

test('an API key with the admin’s role manages people, and loses it with its owner', async () => {
  const owner = await makeAdmin()
  const created = await mutate(
    'createApiKey',
    { name: 'provisioning', roles: ['admin'] },
    { as: owner.headers, select: 'key secret verification { id }' },
  )
  const { key, secret, verification } = created.data.createApiKey
  const code = await stack.mailbox.takeCode(owner.email)
  await mutate('verifyApiKey', { verificationId: verification.id, code }, { as: owner.headers })
  const as = { 'x-api-key': key, 'x-api-secret': secret }
  const invited = await mutate('createUser', { email: newEmail() }, { as })
  expect(invited.errors).toEqual([])
  const audit = await stack
    .db('audit_events')
    .where({ action: 'user.invited', user_id: invited.data.createUser.id })
    .first()
  expect(audit).toMatchObject({ actor_kind: 'api-key' })
  await commands['revoke-role'](operator(), { email: owner.email, role: 'admin' })
  const late = await mutate('createUser', { email: newEmail() }, { as })
  expect(late.code).toBe('FORBIDDEN')
})

test('a code for a sign-in is void once the person was suspended', async () => {
  const person = await registerPerson(stack)
  const begun = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD },
  })
  const code = await stack.mailbox.takeCode(person.email)
  await mutate('suspendUser', { id: person.id })
  const verificationId = begun.data.login.verification.id
  const verified = await stack.client.send(VERIFY, { input: { verificationId, code } })
  expect(verified.code).toBe('VERIFICATION_FAILED')
})

test('an API key takes from its owner no role above those that it has itself', async () => {
  const owner = await makeAdmin()
  await stack.db('roles').insert({ name: 'founder', rank: 200 })
  await stack.db('user_roles').insert({ user_id: owner.id, role_name: 'founder' })
  const made = await mutate(
    'createApiKey',
    { name: 'ops', roles: ['admin'] },
    { as: owner.headers, select: 'key secret verification { id }' },
  )
  const { key, secret, verification } = made.data.createApiKey
  const code = await stack.mailbox.takeCode(owner.email)
  const proof = { verificationId: verification.id, code }
  await mutate('verifyApiKey', proof, { as: owner.headers })
  const as = { 'x-api-key': key, 'x-api-secret': secret }
  const input = { userId: owner.id, role: 'founder' }
  expect((await mutate('revokeRole', input, { as })).code).toBe('FORBIDDEN')
  const held = await stack.db('user_roles').where('user_id', owner.id).pluck('role_name')
  expect(held).toContain('founder')
})

test('nobody is invited with more roles and claims than a token holds', async () => {
  const roles = ['wide-one', 'wide-two']
  for (const name of roles) {
    const scopes = Array.from({ length: 60 }, (_, index) => `${name}:scope-number-${index}`)
    expect(
      (await mutate('createRole', { name, rank: 1, scopes }, { select: 'name' })).errors,
    ).toEqual([])
  }
  const email = newEmail()
  expect((await mutate('createUser', { email, roles })).code).toBe('CONFLICT')
  expect(await stack.db('users').where('email', email)).toEqual([])
})
