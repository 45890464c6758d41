// An account is deleted: every token ends at once, every service removes its part, and the proof names nobody.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth } from '../../subgraphs/auth/auth.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { superviseErasures } from '../../subgraphs/auth/erasure/supervise.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { readParticipants } from '../../subgraphs/auth/supergraph-file.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'

const DELETE = 'mutation { deleteAccount { verification { id purpose sentTo } } }'
const ERASURE = `erasure { id status requestedBy receipts { subgraph completedAt erased anonymised } }`
const CONFIRM = `mutation Confirm($input: ConfirmAccountDeletionInput!) {
  confirmAccountDeletion(input: $input) { receiptId ${ERASURE} }
}`
const DELETE_USER = `mutation DeleteUser($userId: ID!) {
  deleteUser(input: { userId: $userId }) { receiptId ${ERASURE} }
}`
const STATUS = `query Status($receiptId: ID!) {
  erasureStatus(receiptId: $receiptId) {
    id status requestedBy isOverdue completedAt receipts { subgraph completedAt erased anonymised }
  }
}`
const REVIEW = `mutation Review($productId: ID!) {
  addReview(input: { productId: $productId, rating: 5, body: "Mine." }) { id author { id } }
}`
const HIDE =
  'mutation Hide($id: ID!) { hideReview(input: { reviewId: $id, reason: "spam" }) { id } }'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ reviews: true, env: { API_KEY_VERIFICATION: 'off' } })
})
afterAll(async () => {
  await stack?.stop()
})

const deps = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

async function register(role?: string): Promise<Person> {
  const person = await registerPerson(stack)
  if (role === undefined) return person
  await commands['grant-role'](deps(), { email: person.email, role })
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  const { accessToken, refreshToken } = refreshed.data.refresh.tokens
  const headers = { authorization: `Bearer ${accessToken}` }
  return { ...person, accessToken, refreshToken, headers }
}

async function beginDeletion(person: Person): Promise<{ verificationId: string; code: string }> {
  const begun = await stack.client.send(DELETE, {}, person.headers)
  const verificationId = begun.data?.deleteAccount?.verification.id
  if (verificationId === undefined) throw new Error(begun.text)
  return { verificationId, code: await stack.mailbox.takeCode(person.email) }
}

async function deleteOwn(person: Person) {
  const input = await beginDeletion(person)
  const answer = await stack.client.send(CONFIRM, { input }, person.headers)
  if (answer.data?.confirmAccountDeletion == null) throw new Error(answer.text)
  return answer.data.confirmAccountDeletion
}

async function statusOf(receiptId: string) {
  return (await stack.client.send(STATUS, { receiptId })).data.erasureStatus
}

async function expectCompleted(receiptId: string) {
  await expect
    .poll(async () => (await statusOf(receiptId)).status, { timeout: 30_000 })
    .toBe('COMPLETED')
  return await statusOf(receiptId)
}

const viewer = (headers: Readonly<Record<string, string>>) =>
  stack.client.send('{ viewer { kind } }', {}, headers)

test('with the mailed code the account is gone: sessions, tokens and keys end at once', async () => {
  const person = await register()
  const created = await stack.client.send(
    'mutation { createApiKey(input: { name: "k" }) { key secret } }',
    {},
    person.headers,
  )
  const { key, secret } = created.data.createApiKey
  const keyHeaders = { 'x-api-key': key, 'x-api-secret': secret }
  expect((await viewer(keyHeaders)).status).toBe(200)

  const deletion = await deleteOwn(person)
  expect(deletion.receiptId).toMatch(/^rcp_[\w-]{22}$/)
  expect(deletion.erasure).toMatchObject({
    requestedBy: 'USER',
    receipts: [
      { subgraph: 'auth', erased: 3, anonymised: 0 },
      { subgraph: 'reviews', completedAt: null },
    ],
  })
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  const login = { email: person.email, password: PASSWORD, deviceToken: person.deviceToken }
  expect((await stack.client.send(LOGIN, { input: login })).code).toBe('INVALID_CREDENTIALS')
  for (const headers of [person.headers, keyHeaders])
    await expect.poll(async () => (await viewer(headers)).status, { timeout: 30_000 }).toBe(401)
  const mail = await stack.mailbox.take(person.email)
  expect(mail.subject).toContain('was deleted')
})

test('reviews removes what the person wrote and where they moderated, and says how much', async () => {
  const author = await register()
  const moderator = await register('moderator')
  const written = await stack.client.send(REVIEW, { productId: 'prd_lantern' }, author.headers)
  const other = await stack.client.send(REVIEW, { productId: 'prd_ladder' }, moderator.headers)
  expect(other.errors).toEqual([])
  const id = written.data.addReview.id
  const hidden = await stack.client.send(HIDE, { id }, moderator.headers)
  expect(hidden.errors).toEqual([])

  const { receiptId } = await deleteOwn(moderator)
  const status = await expectCompleted(receiptId)
  expect(status.receipts).toEqual([
    { subgraph: 'auth', erased: 2, anonymised: 0, completedAt: expect.any(String) },
    { subgraph: 'reviews', erased: 1, anonymised: 1, completedAt: expect.any(String) },
  ])
  const admin = await register('admin')
  const left = await stack.client.send(
    '{ hiddenReviews(first: 100) { edges { node { id author { id } moderation { hiddenBy { id } reason } } } } }',
    {},
    admin.headers,
  )
  const nodes = left.data.hiddenReviews.edges.map((edge: { node: { id: string } }) => edge.node)
  expect(nodes.find((node: { id: string }) => node.id === id)).toEqual({
    id,
    author: { id: author.id },
    moderation: { hiddenBy: null, reason: 'spam' },
  })
})

test('the status needs the receipt and nothing else; a wrong one says nothing', async () => {
  const person = await register()
  const { receiptId, erasure } = await deleteOwn(person)
  await expectCompleted(receiptId)
  expect(await statusOf('rcp_AAAAAAAAAAAAAAAAAAAAAA')).toBeNull()
  expect(await statusOf(erasure.id)).toBeNull()
  const row = await stack.db('erasures').where('id', erasure.id).first()
  expect(JSON.stringify(row)).not.toContain(receiptId)
  expect(await statusOf(row.receipt_hash)).toBeNull()
  const named = await stack.client.send(`{ erasureStatus(receiptId: "${receiptId}") { userId } }`)
  expect(named.status).toBe(401)
})

test('a new account under the same address has nothing of the old one', async () => {
  const email = newEmail()
  const old = await registerPerson(stack, { email })
  await commands['grant-role'](deps(), { email, role: 'moderator' })
  const { data } = await refreshWith(stack.client, old.refreshToken)
  const headers = { authorization: `Bearer ${data.refresh.tokens.accessToken}` }
  await stack.client.send(REVIEW, { productId: 'prd_whistle' }, headers)
  const { receiptId } = await deleteOwn({ ...old, headers })
  await stack.mailbox.take(email)
  await expectCompleted(receiptId)

  await stack.db('throttles').delete()
  const fresh = await registerPerson(stack, { email })
  expect(fresh.id).not.toBe(old.id)
  const answer = await stack.client.send(
    `{ viewer { roles user { reviews(first: 5) { edges { cursor } } apiKeys(first: 5) { edges { cursor } }
         sessions(first: 5) { edges { node { id } } } } } }`,
    {},
    fresh.headers,
  )
  expect(answer.data.viewer).toEqual({
    roles: ['user'],
    user: {
      reviews: { edges: [] },
      apiKeys: { edges: [] },
      sessions: { edges: [{ node: { id: fresh.sessionId } }] },
    },
  })
  const again = await stack.client.send(REVIEW, { productId: 'prd_whistle' }, fresh.headers)
  expect(again.errors).toEqual([])
  // The device of before is not known to the account of now.
  const input = { email, password: PASSWORD, deviceToken: old.deviceToken }
  const login = await stack.client.send(LOGIN, { input })
  expect(login.data.login.__typename).toBe('VerificationRequired')
})

test('an old sign-in has to be renewed first', async () => {
  const person = await register()
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ authenticated_at: stack.db.raw("now() - interval '11 minutes'") })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const headers = { authorization: `Bearer ${data.refresh.tokens.accessToken}` }
  const stale = await stack.client.send(DELETE, {}, headers)
  expect([stale.status, stale.code]).toEqual([403, 'STEP_UP_REQUIRED'])
  expect(stale.errors[0]?.extensions.challenge).toMatchObject({ maxAgeSeconds: 600 })
})

test('a wrong code, a code of another session and another person’s code delete nothing', async () => {
  const person = await register()
  const thief = await register()
  const input = await beginDeletion(person)
  const confirm = (headers: Readonly<Record<string, string>>, code = input.code) =>
    stack.client.send(CONFIRM, { input: { ...input, code } }, headers)
  expect((await confirm(person.headers, '00000000')).code).toBe('VERIFICATION_FAILED')
  expect((await confirm(thief.headers)).code).toBe('VERIFICATION_FAILED')
  const login = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD, deviceToken: person.deviceToken },
  })
  const elsewhere = { authorization: `Bearer ${login.data.login.tokens.accessToken}` }
  expect((await confirm(elsewhere)).code).toBe('VERIFICATION_FAILED')
  for (const headers of [person.headers, thief.headers, elsewhere])
    expect((await viewer(headers)).status).toBe(200)
  expect((await confirm(person.headers)).errors).toEqual([])
})

const PRIMARY =
  'mutation Primary($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { id } }'

/** Adds an address and proves it. @returns its id */
async function addAddress(person: Person, email: string): Promise<string> {
  const begun = await stack.client.send(
    'mutation Add($input: AddEmailInput!) { addEmail(input: $input) { id } }',
    { input: { email } },
    person.headers,
  )
  const verificationId = begun.data.addEmail.id
  const { data } = await stack.client.send(
    'mutation Verify($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }',
    { input: { verificationId, code: await stack.mailbox.takeCode(email) } },
    person.headers,
  )
  return data.verifyEmail.id
}

test('no address that was made primary a moment ago confirms a deletion; who was before may', async () => {
  const person = await register()
  const makePrimary = async (id: string) => {
    const answer = await stack.client.send(PRIMARY, { input: { id } }, person.headers)
    expect(answer.errors).toEqual([])
  }
  const attackers = newEmail()
  const added = await addAddress(person, attackers)
  const own = await stack.db('user_emails').where('email', person.email).first('id')
  const input = await beginDeletion(person)
  await makePrimary(added)
  const begun = await stack.client.send(DELETE, {}, person.headers)
  const confirmed = await stack.client.send(CONFIRM, { input }, person.headers)
  expect([begun.code, confirmed.code]).toEqual(['CONFLICT', 'CONFLICT'])
  expect(begun.errors[0]?.message).toMatch(
    new RegExp(`^${person.email} can undo .* until 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`),
  )
  await makePrimary(own.id)
  await deleteOwn(person)
  for (const to of [person.email, attackers]) {
    const told = () =>
      stack.mailbox.messages.filter((mail) => mail.to === to && /was deleted/.test(mail.subject))
    await expect.poll(() => told().length, { timeout: 30_000 }).toBe(1)
  }
})

test('a code that was mailed to an address which was removed since deletes nothing', async () => {
  const person = await register()
  const input = await beginDeletion(person)
  const id = await addAddress(person, newEmail())
  const own = await stack.db('user_emails').where('email', person.email).first('id')
  await stack.client.send(PRIMARY, { input: { id } }, person.headers)
  const removed = await stack.client.send(
    'mutation Remove($input: RemoveEmailInput!) { removeEmail(input: $input) { id } }',
    { input: { id: own.id } },
    person.headers,
  )
  expect(removed.errors).toEqual([])
  const confirmed = await stack.client.send(CONFIRM, { input }, person.headers)
  expect(confirmed.code).toBe('VERIFICATION_FAILED')
  expect((await viewer(person.headers)).status).toBe(200)
})

test('an admin deletes others the same way; unknown ids are not found', async () => {
  const admin = await register('admin')
  const person = await register()
  const answer = await stack.client.send(DELETE_USER, { userId: person.id }, admin.headers)
  expect(answer.data.deleteUser.erasure.requestedBy).toBe('ADMIN')
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expectCompleted(answer.data.deleteUser.receiptId)
  const gone = await stack.client.send(DELETE_USER, { userId: person.id }, admin.headers)
  expect(gone.code).toBe('NOT_FOUND')
  const list = await stack.client.send(
    '{ erasures(last: 1, filter: { status: COMPLETED }) { edges { node { id status userId requestedBy } } } }',
    {},
    admin.headers,
  )
  expect(list.data.erasures.edges[0].node).toEqual({
    id: answer.data.deleteUser.erasure.id,
    status: 'COMPLETED',
    userId: null,
    requestedBy: 'ADMIN',
  })
})

test('anyone who has the same rank or a higher one is not an admin’s to delete', async () => {
  const admin = await register('admin')
  const owner = await register('owner')
  await stack.db('roles').where('name', 'owner').update({ rank: 200 })
  const answer = await stack.client.send(DELETE_USER, { userId: owner.id }, admin.headers)
  expect(answer.code).toBe('FORBIDDEN')
  const peer = await register('admin')
  const equal = await stack.client.send(DELETE_USER, { userId: peer.id }, admin.headers)
  expect(equal.code).toBe('FORBIDDEN')
  expect((await viewer(owner.headers)).status).toBe(200)
})

test('without the list of who holds personal data auth does not start: it would forget somebody', async () => {
  const start = (SUPERGRAPH_CONFIG: string) =>
    createAuth(readAuthConfig({ ...stack.env, SUPERGRAPH_CONFIG }))
  await expect(start('no/such/supergraph.yaml')).rejects.toThrow('SUPERGRAPH_CONFIG: no/such')
  const file = join(stack.env.DATA_DIR ?? '', 'supergraph.yaml')
  writeFileSync(file, 'subgraphs: { orders: { personalData: perhaps } }')
  await expect(start(file)).rejects.toThrow(
    `The auth subgraph cannot start:\n- SUPERGRAPH_CONFIG: ${file}: subgraphs.orders.personalData must be true or false`,
  )
  writeFileSync(
    file,
    'subgraphs: { auth: {}, a: { personalData: true }, b: { personalData: false }, c: {} }',
  )
  expect(readParticipants(file)).toEqual(['a'])
})

test('an admin who was one a moment ago deletes nobody', async () => {
  const admin = await register('admin')
  const person = await register()
  await stack.db('user_roles').where({ user_id: admin.id, role_name: 'admin' }).delete()
  const answer = await stack.client.send(DELETE_USER, { userId: person.id }, admin.headers)
  expect(answer.code).toBe('FORBIDDEN')
  expect((await viewer(person.headers)).status).toBe(200)
})

test('the last admin stays', async () => {
  const admin = await register('admin')
  const suspended = await register('admin')
  await stack.db('user_roles').whereNotIn('user_id', [admin.id, suspended.id]).delete()
  await stack.db('users').where('id', suspended.id).update({ status: 'SUSPENDED' })
  expect((await stack.client.send(DELETE, {}, admin.headers)).code).toBe('LAST_ADMIN')
  expect((await viewer(admin.headers)).status).toBe(200)
})

test('while a service is away the erasure waits for it, past the deadline with an alarm, and is not forgotten', async () => {
  const away = await startStack({
    consumers: [
      {
        name: 'reviews',
        types: ['user.erasure.requested'],
        handle: async () => {
          if (isAway) throw new Error('away')
          // An answer that is lost the first time.
          answers += 1
          return answers === 1 ? undefined : { erased: 0, anonymised: 0 }
        },
      },
    ],
  })
  const errors: string[] = []
  let isAway = true
  let answers = 0
  try {
    const [auth] = away.auths
    if (auth === undefined) throw new Error('no auth instance')
    const log = { ...auth.deps.log, error: (_: object, text: string) => void errors.push(text) }
    const supervise = () =>
      superviseErasures({ ...auth.deps, log: log as unknown as typeof auth.deps.log })
    const person = await registerPerson(away)
    const begun = await away.client.send(DELETE, {}, person.headers)
    const verificationId = begun.data.deleteAccount.verification.id
    const code = await away.mailbox.takeCode(person.email)
    const input = { verificationId, code }
    const deleted = await away.client.send(CONFIRM, { input }, person.headers)
    const { receiptId } = deleted.data.confirmAccountDeletion
    const status = async () => (await away.client.send(STATUS, { receiptId })).data.erasureStatus

    await supervise()
    expect(errors).toEqual([])
    await away.db('erasures').update({ deadline_at: away.db.fn.now() })
    expect(await status()).toMatchObject({ status: 'RUNNING', isOverdue: true })
    await supervise()
    await supervise()
    expect(errors).toEqual(['an erasure is overdue'])
    expect(await commands.doctor(auth.deps)).toContain('erasures: 1 running, 1 overdue')
    const metrics = await (await fetch(`${auth.url}/metrics`)).text()
    expect(metrics).toContain('\nsallyport_erasures_overdue 1\n')

    isAway = false
    await expect.poll(() => answers, { timeout: 30_000 }).toBe(1)
    expect((await status()).status).toBe('RUNNING')
    await away.db('erasure_receipts').update({
      asked_at: away.db.raw("now() - interval '61 minutes'"),
    })
    await expect
      .poll(() => away.db('outbox_events').whereNull('published_at'), { timeout: 30_000 })
      .toEqual([])
    await supervise()
    await expect.poll(async () => (await status()).status, { timeout: 30_000 }).toBe('COMPLETED')
    expect(answers).toBe(2)
  } finally {
    await away.stop()
  }
})

test('a subgraph that is gone for good is waived by an operator, and the receipt says so', async () => {
  const alone = await startStack()
  try {
    const person = await registerPerson(alone)
    const begun = await alone.client.send(DELETE, {}, person.headers)
    const verificationId = begun.data.deleteAccount.verification.id
    const code = await alone.mailbox.takeCode(person.email)
    const deleted = await alone.client.send(
      CONFIRM,
      { input: { verificationId, code } },
      person.headers,
    )
    const { receiptId, erasure } = deleted.data.confirmAccountDeletion
    const [auth] = alone.auths
    if (auth === undefined) throw new Error('no auth instance')
    const waive = (subgraph: string) =>
      commands['waive-receipt'](auth.deps, { erasure: erasure.id, subgraph })
    await expect(waive('orders')).rejects.toThrow('does not wait for orders')
    await expect(waive('auth')).rejects.toThrow('does not wait for auth')
    expect(await waive('reviews')).toContain('waits for reviews no longer')
    const status = await alone.client.send(
      `{ erasureStatus(receiptId: "${receiptId}") { status receipts { subgraph erased isWaived } } }`,
    )
    expect(status.data.erasureStatus).toEqual({
      status: 'COMPLETED',
      receipts: [
        { subgraph: 'auth', erased: 2, isWaived: false },
        { subgraph: 'reviews', erased: null, isWaived: true },
      ],
    })
  } finally {
    await alone.stop()
  }
})
