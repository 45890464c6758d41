// After an erasure no table holds the person: every table of every service is read, those that are yet to come as well.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toCloudEvent } from '../../subgraphs/auth/core/events/envelope.ts'
import { forgetEvents } from '../../subgraphs/auth/events/forget.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { schemaProblems } from '../event-log.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, registerPerson, VERIFY } from '../people.ts'

/** Ids alone, and not for long: gateways refuse them, and consumers are told. */
const IDS_FOR_A_WHILE = ['revocations', 'outbox_events']

/** Another one for each try: what a try that failed leaves is somebody else's. */
const unique = (text: string) => `${text} ${crypto.randomUUID()}`

/** Of a request by nobody in particular, as a registration is: it belongs to no account, and goes with its month. */
let agent: string
let stack: Stack

beforeAll(async () => {
  stack = await startStack({
    reviews: true,
    env: { API_KEY_VERIFICATION: 'off', TRUSTED_PROXIES: '127.0.0.1' },
  })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(() => {
  agent = unique('Netscape/4.79')
})

const send = (query: string, input: object, headers: Record<string, string> = {}) =>
  stack.client.send(query, { input }, { 'user-agent': agent, ...headers })

test('nothing in any database tells who an erased person was', async () => {
  const email = newEmail()
  const names = {
    fullName: unique('Augusta King-Noel'),
    displayName: unique('Countess of Lovelace'),
  }
  const [device, purpose, body] = [
    unique('Analytical Engine'),
    unique('Bernoulli numbers'),
    unique('Poetical science.'),
  ]
  const begun = await send(REGISTER, { email, password: PASSWORD, ...names })
  const first = await send(VERIFY, {
    verificationId: begun.data.register.verification.id,
    code: await stack.mailbox.takeCode(email),
  })
  const { user, session, tokens, deviceToken } = first.data.verifySession
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  await send(REGISTER, { email, password: PASSWORD, ...names })
  await send(LOGIN, { email, password: 'not the password' })
  await send(LOGIN, { email, password: PASSWORD, deviceName: device })
  const key = await send(
    'mutation Create($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }',
    { name: purpose },
    headers,
  )
  await stack.client.send(
    'mutation ($body: String!) { addReview(input: { productId: "prd_lantern", rating: 5, body: $body }) { id } }',
    { body },
    headers,
  )
  const traces = [
    ...[user.id, email, email.split('@')[0] ?? '', names.fullName, names.displayName],
    ...[session.id, key.data.createApiKey.key, key.data.createApiKey.apiKey.id, deviceToken],
    ...[agent, device, purpose, body],
  ]
  const before = await tablesWith(traces)
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['users', 'sessions', 'api_keys']))
  expect(before.users).toEqual([user.id, email, email.split('@')[0], ...Object.values(names)])

  await deleteAccount(email, headers)
  const after = await tablesWith(traces)
  for (const [table, found] of Object.entries(after)) {
    if (IDS_FOR_A_WHILE.includes(table)) continue
    expect(table).toMatch(/^audit_(personal|events)/)
    expect(found, table).toEqual([agent])
  }
  const ids = [user.id, session.id, key.data.createApiKey.apiKey.id]
  for (const table of IDS_FOR_A_WHILE)
    expect(ids).toEqual(expect.arrayContaining(after[table] ?? []))

  await forgetEvents(stack.db, { retentionDays: 30, isDelivered: true })
  const events = await stack.db('outbox_events').where('user_id', user.id).orderBy('sequence')
  expect(events.map(({ type }) => type)).toEqual(['user.erasure.requested', 'user.erased'])
  for (const row of events)
    expect(schemaProblems(toCloudEvent(row, stack.env.PUBLIC_URL ?? ''))).toBeNull()
})

test('nor from where an API key of theirs was used', async () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  const person = await registerPerson(stack)
  for (const { email } of [person, await registerPerson(stack)])
    await commands['grant-role'](auth.deps, { email, role: 'admin' })
  const made = await send(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key secret } }',
    { name: 'ops', roles: ['admin'] },
    (await enter(person.email, person.deviceToken)).headers,
  )
  const { key, secret } = made.data.createApiKey
  const curta = unique('Curta Type I')
  const invited = await send(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { email: newEmail() },
    { 'x-api-key': key, 'x-api-secret': secret, 'user-agent': curta },
  )
  expect(invited.errors).toEqual([])
  expect(Object.keys(await tablesWith([curta]))).toContain('audit_personal')
  await deleteAccount(person.email, (await enter(person.email, person.deviceToken)).headers)
  expect(await tablesWith([curta])).toEqual({})
})

test('nor a sign-in that was under way when the account went', async () => {
  const person = await registerPerson(stack)
  const attempts = Array.from({ length: 40 }, (_, index) =>
    send(
      LOGIN,
      { email: person.email, password: 'wrong' },
      { 'x-forwarded-for': `198.51.100.${index}` },
    ),
  )
  await deleteAccount(person.email, person.headers)
  await Promise.all(attempts)
  const rows = await stack.db('audit_personal').where('person', person.id)
  expect(rows).toEqual([])
})

async function enter(email: string, deviceToken: string) {
  const { data } = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  return { headers: { authorization: `Bearer ${data.login.tokens.accessToken}` } }
}

async function deleteAccount(email: string, headers: Record<string, string>): Promise<void> {
  const begun = await stack.client.send(
    'mutation { deleteAccount { verification { id } } }',
    {},
    headers,
  )
  const verificationId = begun.data.deleteAccount.verification.id
  const code = /\b\d{8}\b/.exec(await mailAbout(email, 'deletes your account'))?.[0] ?? ''
  const confirmed = await send(
    `mutation Confirm($input: ConfirmAccountDeletionInput!) {
      confirmAccountDeletion(input: $input) { receiptId }
    }`,
    { verificationId, code },
    headers,
  )
  const { receiptId } = confirmed.data.confirmAccountDeletion
  const status = `{ erasureStatus(receiptId: "${receiptId}") { status } }`
  await expect
    .poll(async () => (await stack.client.send(status)).data.erasureStatus.status)
    .toBe('COMPLETED')
  // The last mail has left, and with it the address.
  await mailAbout(email, 'was deleted')
  await expect.poll(() => stack.db('outbox_events').whereNull('published_at')).toEqual([])
}

async function mailAbout(email: string, subject: string): Promise<string> {
  const find = () =>
    stack.mailbox.messages.find((mail) => mail.to === email && mail.subject.includes(subject))
  await expect.poll(find, { timeout: 30_000 }).toBeDefined()
  return find()?.subject ?? ''
}

/** From table to those of the texts that some row of it holds. */
async function tablesWith(texts: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  // On PGlite the database of reviews is its own process's alone; on PostgreSQL it is a schema of this one.
  for (const schema of stack.database.url === null ? ['public'] : ['public', 'reviews']) {
    const { rows: tables } = await stack.db.raw<{ rows: { table_name: string }[] }>(
      'select table_name from information_schema.tables where table_schema = ?',
      [schema],
    )
    expect(tables.length).toBeGreaterThan(2)
    for (const { table_name } of tables) {
      const text = JSON.stringify(await stack.db.withSchema(schema).table(table_name))
      const present = texts.filter((trace) => text.includes(JSON.stringify(trace).slice(1, -1)))
      if (present.length > 0) found[table_name] = present
    }
  }
  return found
}
