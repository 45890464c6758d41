// The audit trail: who did what, from where, with which operation; read by admins and by those it concerns.
import { principalKinds } from '@sallyport/claims'
import { Kind } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { typeDefs } from '../../subgraphs/auth/audit/graphql.ts'
import { auditActorKinds, recordAudit } from '../../subgraphs/auth/core/audit/record.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import {
  LOGIN,
  LOGOUT,
  logIn,
  newEmail,
  PASSWORD,
  type Person,
  REGISTER,
  refreshWith,
  registerPerson,
  viewerOf,
} from '../people.ts'

const FIELDS = `id action outcome occurredAt actorKind actorId actorSessionId actorApiKeyId ipAddress userAgent
  userId user { email } sessionId apiKeyId operationName operationHash requestId detail { name value }`
const EVENTS = `query Events($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { ${FIELDS} } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
  }
}`
const ACTIVITY = `query Activity { viewer { activity(first: 50) { edges { node { ${FIELDS} } } } } }`

let stack: Stack
let admin: Person

beforeAll(async () => {
  stack = await startStack({ env: { API_KEY_VERIFICATION: 'off' } })
  admin = await registerAdmin()
})
afterAll(async () => {
  await stack?.stop()
})

const deps = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

async function registerAdmin(): Promise<Person> {
  const person = await registerPerson(stack)
  await commands['grant-role'](deps(), { email: person.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  return { ...person, headers: bearer(data.refresh.tokens.accessToken) }
}

async function events(filter: object, page: object = { first: 100 }) {
  const answer = await stack.client.send(EVENTS, { filter, ...page }, admin.headers)
  if (answer.errors.length > 0) throw new Error(answer.text)
  return answer.data.auditEvents.edges.map((edge: { node: any }) => edge.node)
}

async function activityOf(person: Person) {
  const answer = await stack.client.send(ACTIVITY, {}, person.headers)
  return answer.data.viewer.activity.edges.map((edge: { node: any }) => edge.node)
}

const requestIdOf = (answer: GraphqlAnswer) => answer.headers.get('x-request-id')

test('every operation that changes something leaves its record: who, what, whom, from where, by which operation', async () => {
  const person = await registerPerson(stack)
  const agent = { 'user-agent': 'Netscape/4.79' }
  const headers = { ...person.headers, ...agent }
  const create = 'mutation MakeKey { createApiKey(input: { name: "k" }) { apiKey { id } } }'
  const created = await stack.client.send(create, {}, headers)
  const apiKeyId = created.data.createApiKey.apiKey.id
  const [record, ...others] = await events({ requestId: requestIdOf(created) })
  expect(others).toEqual([])
  expect(record).toEqual({
    id: expect.stringMatching(/^aud_\d+$/),
    action: 'api_key.created',
    outcome: 'SUCCESS',
    occurredAt: expect.any(String),
    actorKind: 'USER',
    actorId: person.id,
    actorSessionId: person.sessionId,
    actorApiKeyId: null,
    ipAddress: '127.0.0.1',
    userAgent: 'Netscape/4.79',
    userId: person.id,
    user: { email: person.email },
    sessionId: person.sessionId,
    apiKeyId,
    operationName: 'MakeKey',
    operationHash: expect.stringMatching(/^[\w-]{43}$/),
    requestId: requestIdOf(created),
    detail: [],
  })
  const again = await stack.client.send(create, {}, headers)
  expect((await events({ requestId: requestIdOf(again) }))[0].operationHash).toBe(
    record.operationHash,
  )

  const send = (query: string, variables = {}) => stack.client.send(query, variables, headers)
  const id = { id: apiKeyId }
  const reauthenticated = await send(
    'mutation Re($password: String!) { reauthenticate(input: { password: $password }) { __typename } }',
    { password: PASSWORD },
  )
  const answers = {
    'registration.requested': await send(REGISTER, {
      input: { email: newEmail(), password: PASSWORD },
    }),
    'login.failed': await send(LOGIN, { input: { email: person.email, password: 'wrong' } }),
    'login.verification-required': await send(LOGIN, {
      input: { email: person.email, password: PASSWORD },
    }),
    'session.created': await send(LOGIN, {
      input: { email: person.email, password: PASSWORD, deviceToken: person.deviceToken },
    }),
    'session.reauthenticated': reauthenticated,
    'api_key.updated': await send(
      'mutation Update($id: ID!) { updateApiKey(input: { id: $id, name: "n" }) { id } }',
      id,
    ),
    'api_key.rotation-requested': await send(
      'mutation Rotate($id: ID!) { rotateApiKey(input: { id: $id }) { key } }',
      id,
    ),
    'api_key.revoked': await send(
      'mutation Revoke($id: ID!) { revokeApiKey(input: { id: $id }) { id } }',
      id,
    ),
    'user.deletion-requested': await send('mutation { deleteAccount { __typename } }'),
    'session.revoked': await send(LOGOUT),
  }
  for (const [action, answer] of Object.entries(answers)) {
    const records = await events({ requestId: requestIdOf(answer) })
    const failed = action === 'login.failed'
    expect(records.map((one: any) => [one.action, one.outcome])).toEqual([
      [action, failed ? 'FAILURE' : 'SUCCESS'],
    ])
    expect(records[0].userAgent).toBe('Netscape/4.79')
  }
})

test('a wrong code is on record, with the verification that it was tried on told by nobody', async () => {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })
  const verificationId = begun.data.register.verification.id
  const answer = await stack.client.send(
    'mutation V($input: VerifySessionInput!) { verifySession(input: $input) { __typename } }',
    { input: { verificationId, code: '00000000' } },
  )
  const records = await events({ requestId: requestIdOf(answer) })
  expect(records).toMatchObject([
    { action: 'verification.failed', outcome: 'FAILURE', actorKind: 'ANONYMOUS' },
  ])
  expect(JSON.stringify(records)).not.toContain(verificationId)
})

test('admins filter by action, outcome, person, session, key, address, request and time', async () => {
  const person = await registerPerson(stack)
  await stack.client.send(LOGIN, { input: { email: person.email, password: 'wrong' } })
  await stack.client.send(LOGOUT, {}, person.headers)
  const actions = async (filter: object) =>
    (await events(filter)).map((event: { action: string }) => event.action)
  expect(await actions({ userId: person.id })).toEqual([
    'session.revoked',
    'login.failed',
    'session.created',
    'user.registered',
  ])
  expect(await actions({ userId: person.id, outcome: 'FAILURE' })).toEqual(['login.failed'])
  expect(await actions({ userId: person.id, actions: ['user.registered', 'none'] })).toEqual([
    'user.registered',
  ])
  expect(await actions({ sessionId: person.sessionId })).toEqual([
    'session.revoked',
    'session.created',
  ])
  expect(await actions({ userId: person.id, ipAddress: '192.0.2.1' })).toEqual([])
  expect(await actions({ userId: person.id, ipAddress: '127.0.0.1' })).toHaveLength(4)
  const soon = new Date(Date.now() + 60_000).toISOString()
  expect(await actions({ userId: person.id, since: soon })).toEqual([])
  expect(await actions({ userId: person.id, until: soon })).toHaveLength(4)
  const tooLong = await stack.client.send(
    EVENTS,
    { filter: { userId: 'x'.repeat(300) } },
    admin.headers,
  )
  expect(tooLong.code).toBe('BAD_USER_INPUT')
})

test('pages go from the newest to the oldest and back, and a cursor that was tampered with is refused', async () => {
  const { id: userId } = await registerPerson(stack)
  const page = async (args: object) => {
    const answer = await stack.client.send(EVENTS, { filter: { userId }, ...args }, admin.headers)
    return answer.data.auditEvents
  }
  const first = await page({ first: 1 })
  expect(first.edges[0].node.action).toBe('session.created')
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  const second = await page({ first: 1, after: first.pageInfo.endCursor })
  expect(second.edges[0].node.action).toBe('user.registered')
  expect(second.pageInfo.hasNextPage).toBe(false)
  const last = await page({ last: 1 })
  expect(last.edges[0].node.action).toBe('user.registered')
  const back = await page({ last: 5, before: second.pageInfo.startCursor })
  expect(back.edges[0].node.action).toBe('session.created')
  for (const id of ["1' or 'a'='a", '1e9', '', '99999999999999999999']) {
    const after = Buffer.from(JSON.stringify([new Date().toISOString(), id])).toString('base64url')
    const answer = await stack.client.send(EVENTS, { after }, admin.headers)
    expect(answer.code).toBe('BAD_USER_INPUT')
  }
})

test('a person sees what concerns them, and of an admin who did it only that it was done', async () => {
  const person = await registerPerson(stack)
  await stack.client.send(LOGIN, { input: { email: person.email, password: 'wrong' } })
  const other = await registerPerson(stack)
  const deleted = await stack.client.send(
    'mutation Delete($id: ID!) { deleteUser(input: { userId: $id }) { receiptId } }',
    { id: other.id },
    admin.headers,
  )
  expect(deleted.errors).toEqual([])
  const mine = await activityOf(person)
  expect(mine.map(({ action }: { action: string }) => action)).toEqual([
    'login.failed',
    'session.created',
    'user.registered',
  ])
  expect(mine[0]).toMatchObject({ actorKind: 'ANONYMOUS', ipAddress: '127.0.0.1', actorId: null })
  expect(mine[1]).toMatchObject({ actorId: person.id, userId: person.id })
  expect(JSON.stringify(mine)).not.toContain(other.id)

  await commands['grant-role'](deps(), { email: person.email, role: 'moderator' })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const [granted] = await activityOf({
    ...person,
    headers: bearer(data.refresh.tokens.accessToken),
  })
  expect(granted).toMatchObject({
    action: 'role.granted',
    actorKind: 'OPERATOR',
    ipAddress: null,
    detail: [{ name: 'role', value: 'moderator' }],
  })
  const admins = await activityOf(admin)
  expect(admins[0]).toMatchObject({
    action: 'user.erasure-requested',
    actorId: admin.id,
    userId: null,
  })
})

test('when a person is erased the records stay, without the person', async () => {
  const person = await registerPerson(stack)
  const records = await events({ userId: person.id })
  expect(records).toHaveLength(2)
  await stack.client.send(
    'mutation Delete($id: ID!) { deleteUser(input: { userId: $id }) { receiptId } }',
    { id: person.id },
    admin.headers,
  )
  expect(await events({ userId: person.id })).toEqual([])
  const all = await events({})
  for (const record of records) {
    const kept = all.find(({ id }: { id: string }) => id === record.id)
    expect(kept).toEqual({
      ...record,
      ...{ actorId: null, actorSessionId: null, ipAddress: null, userAgent: null },
      ...{ userId: null, user: null, sessionId: null, detail: [] },
    })
  }
  const erasure = all.find(({ action }: { action: string }) => action === 'user.erasure-requested')
  expect(erasure).toMatchObject({ actorId: admin.id, userId: null })
  expect(erasure.detail[0]).toEqual({ name: 'erasureId', value: expect.stringMatching(/^era_/) })
})

test('tokens and keys that are checked are counted, and not recorded one by one', async () => {
  const person = await registerPerson(stack)
  const create = 'mutation { createApiKey(input: { name: "k" }) { key secret } }'
  const [one, other] = [
    await stack.client.send(create, {}, person.headers),
    await stack.client.send(create, {}, person.headers),
  ]
  const { key, secret } = one.data.createApiKey
  const wrong = other.data.createApiKey.secret
  // What the system does meanwhile, such as an erasure, is its own.
  const recorded = async () =>
    (await stack.db('audit_records').whereNot('actor_kind', 'system').select('id')).length
  const before = await recorded()
  await stack.client.send('{ viewer { kind } }', {}, { 'x-api-key': key, 'x-api-secret': secret })
  await stack.client.send('{ viewer { kind } }', {}, { 'x-api-key': key, 'x-api-secret': wrong })
  await viewerOf(stack.client, person.accessToken)
  await refreshWith(stack.client, 'srt_nonsense')
  await logIn(stack.client, person)
  expect(await recorded()).toBe(before + 1)
  const metrics = await (await fetch(`${stack.auths[0]?.url}/metrics`)).text()
  for (const counted of [
    'kind="api-key",result="accepted",reason="none"',
    'kind="api-key",result="refused",reason="API_KEY_INVALID"',
    'kind="refresh-token",result="refused",reason="INVALID_REFRESH_TOKEN"',
  ])
    expect(metrics).toContain(`sallyport_credential_checks_total{${counted}`)
})

test('one’s own activity is read as fast when there is very much of it', async () => {
  const [quiet, busy] = [await registerPerson(stack), await registerPerson(stack)]
  await stack.db.raw(
    `with made as (
       insert into audit_records (action, outcome, actor_kind, occurred_at)
       select 'login.failed', 'failure', 'anonymous', now() - number * interval '1 millisecond'
       from generate_series(1, 10000) as number returning id, occurred_at)
     insert into audit_personal (occurred_at, record_id, part, person, salt, data)
     select occurred_at, id, part, ?, 'salt', '{}' from made cross join (values ('actor'), ('target')) as parts (part)`,
    [busy.id],
  )
  await stack.db.raw('analyze audit_personal, audit_records')
  for (const person of [quiet, busy]) {
    const rows = await rowsReadFor(person)
    expect(rows).toBeGreaterThan(2)
    expect(rows).toBeLessThan(500)
  }
})

/** Rows of the trail that PostgreSQL looks at to answer a page of two. */
async function rowsReadFor({ headers }: Person): Promise<number> {
  const { db } = deps()
  const ran: { sql: string; bindings: readonly never[] }[] = []
  const listen = (query: (typeof ran)[number]) => void ran.push(query)
  db.on('query', listen)
  const { data } = await stack.client.send(
    '{ viewer { activity(first: 2) { edges { node { id } } pageInfo { hasNextPage } } } }',
    {},
    headers,
  )
  db.off('query', listen)
  expect(data.viewer.activity.edges).toHaveLength(2)
  let rows = 0
  for (const { sql, bindings } of ran.filter(({ sql }) => /^select.*audit_personal/.test(sql))) {
    const explained = await db.raw(
      `explain (analyze, format json) ${sql.replaceAll(/\$\d+/g, '?')}`,
      bindings,
    )
    rows += rowsOf(explained.rows[0]['QUERY PLAN'][0].Plan)
  }
  return rows
}

function rowsOf(node: any): number {
  const below = (node.Plans ?? []).map(rowsOf)
  const removed =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const own = node['Node Type'].endsWith('Scan') ? node['Actual Rows'] + removed : 0
  return below.reduce((sum: number, rows: number) => sum + rows, own * node['Actual Loops'])
}

test('actors are named by the table of kinds: anyone who may call, and nothing else', async () => {
  const [values = []] = typeDefs.definitions.flatMap((it) =>
    it.kind === Kind.ENUM_TYPE_DEFINITION && it.name.value === 'AuditActorKind' ? [it.values] : [],
  )
  expect(values.map(({ name }) => name.value).sort()).toEqual([...auditActorKinds.values()].sort())
  const kinds = Object.values(principalKinds).map(({ claimsKind }) => claimsKind)
  expect(new Set(auditActorKinds.keys())).toEqual(
    new Set([...kinds.filter((kind) => kind !== 'gateway'), 'operator', 'system']),
  )
  const { db } = deps()
  const action = `test.by_client_${Date.now()}`
  await recordAudit(db, null, { action, actor: { kind: 'client', id: 'cli_1' } })
  expect(await events({ actions: [action] })).toMatchObject([
    { actorKind: 'CLIENT', actorId: 'cli_1', user: null },
  ])
})
