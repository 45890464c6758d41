import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkApiKey } from '../../subgraphs/auth/introspection/check-credentials.ts'
import { type GraphqlAnswer, sameness } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { nothingLeftToMail } from '../mailbox.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  type Person,
  registerPerson,
  VERIFY,
  VIEWER,
} from '../people.ts'

const CREATE = `mutation Create($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { key secret apiKey { id status roles scopes allowedIps } verification { id purpose } }
}`
const VERIFY_KEY = `mutation VerifyKey($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { id status } }`
const ROTATE = `mutation Rotate($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key secret apiKey { id } verification { id } } }`
const REVOKE = `mutation Revoke($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { id status } }`
const UPDATE = `mutation Update($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { id name roles allowedIps } }`

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await stack
    .db('roles')
    .insert({ name: 'reporter', rank: 10, scopes: ['reports:read', 'reports:write'] })
})
afterAll(async () => {
  await stack?.stop()
})

interface Key {
  readonly id: string
  readonly key: string
  readonly secret: string
  readonly headers: Readonly<Record<string, string>>
}

const headersOf = (key: string, secret: string) => ({ 'x-api-key': key, 'x-api-secret': secret })

async function createKey(
  person: Person,
  input: object = {},
): Promise<Key & { verificationId: string }> {
  const answer = await stack.client.send(
    CREATE,
    { input: { name: 'ci', ...input } },
    person.headers,
  )
  if (answer.errors.length > 0) throw new Error(answer.text)
  const { key, secret, apiKey, verification } = answer.data.createApiKey
  return {
    id: apiKey.id,
    key,
    secret,
    headers: headersOf(key, secret),
    verificationId: verification.id,
  }
}

async function verifyKey(person: Person, verificationId: string): Promise<GraphqlAnswer> {
  const code = await stack.mailbox.takeCode(person.email)
  return await stack.client.send(VERIFY_KEY, { input: { verificationId, code } }, person.headers)
}

async function usableKey(person: Person, input: object = {}): Promise<Key> {
  const key = await createKey(person, input)
  await verifyKey(person, key.verificationId)
  return key
}

const viewer = (headers: Readonly<Record<string, string>>) => stack.client.send(VIEWER, {}, headers)
const refusal = async (headers: Readonly<Record<string, string>>) => {
  const { status, errors } = await viewer(headers)
  return `${status} ${errors[0]?.extensions.code} ${errors[0]?.extensions.reason}`
}
const INVALID = '401 UNAUTHENTICATED API_KEY_INVALID'

async function withRole(role: string): Promise<Person> {
  const person = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: person.id, role_name: role })
  return person
}

test('a key is unusable until its owner proves the mailed code, then calls the graph as its owner', async () => {
  const person = await registerPerson(stack)
  const key = await createKey(person, { roles: ['user'] })
  expect(key.key).toMatch(/^spk_test_[0-9A-Za-z]{16}$/)
  expect(key.secret).toMatch(/^sps_test_[0-9A-Za-z]{46}$/)
  expect(await refusal(key.headers)).toBe(INVALID)

  const verified = await verifyKey(person, key.verificationId)
  expect(verified.data.verifyApiKey.status).toBe('ACTIVE')
  await expect.poll(async () => (await viewer(key.headers)).status, { timeout: 30_000 }).toBe(200)
  expect((await viewer(key.headers)).data.viewer).toMatchObject({
    kind: 'API_KEY',
    user: { id: person.id },
    session: null,
    roles: ['user'],
  })
})

test('unknown, wrong, revoked, expired and of a suspended owner are refused alike', async () => {
  const person = await registerPerson(stack)
  const other = await usableKey(await registerPerson(stack))
  const revoked = await usableKey(person)
  await stack.client.send(REVOKE, { input: { id: revoked.id } }, person.headers)
  const expired = await usableKey(person)
  await stack.db('api_keys').where('id', expired.id).update({ expires_at: stack.db.fn.now() })
  const suspendedOwner = await registerPerson(stack)
  const suspended = await usableKey(suspendedOwner)
  await stack.db('users').where('id', suspendedOwner.id).update({ status: 'SUSPENDED' })

  const refusals = []
  for (const headers of [
    headersOf(`spk_test_${'0'.repeat(16)}`, other.secret),
    headersOf(revoked.key, other.secret),
    revoked.headers,
    expired.headers,
    suspended.headers,
    headersOf(other.key, `${other.secret.slice(0, -1)}_`),
    headersOf(other.key, 'x'),
  ]) {
    expect(await refusal(headers)).toBe(INVALID)
    refusals.push(sameness(await viewer(headers)))
  }
  expect(new Set(refusals).size).toBe(1)
})

test('a revoked key is refused within a second though it was cached', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  expect((await viewer(key.headers)).status).toBe(200)
  const revoked = await stack.client.send(REVOKE, { input: { id: key.id } }, person.headers)
  expect(revoked.data.revokeApiKey.status).toBe('REVOKED')
  await expect.poll(() => refusal(key.headers), { interval: 50 }).toBe(INVALID)
  const again = await stack.client.send(REVOKE, { input: { id: key.id } }, person.headers)
  expect(again.data.revokeApiKey.status).toBe('REVOKED')
})

test('a key never may more than its owner, and loses what its owner loses', async () => {
  const person = await withRole('reporter')
  const refused = await stack.client.send(
    CREATE,
    { input: { name: 'x', roles: ['admin'] } },
    person.headers,
  )
  expect(refused.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
  const scopeless = await stack.client.send(
    CREATE,
    { input: { name: 'x', roles: ['user'], scopes: ['reports:read'] } },
    person.headers,
  )
  expect(scopeless.code).toBe('BAD_USER_INPUT')

  const key = await usableKey(person, { roles: ['reporter'], scopes: ['reports:read'] })
  expect((await viewer(key.headers)).data.viewer).toMatchObject({
    roles: ['reporter'],
    scopes: ['reports:read'],
  })
  await stack.db.transaction(async (trx) => {
    const { raiseTokenVersion } = await import('../../subgraphs/auth/users/raise-token-version.ts')
    await trx('user_roles').where({ user_id: person.id, role_name: 'reporter' }).delete()
    await raiseTokenVersion(trx, person.id)
  })
  await expect.poll(async () => (await viewer(key.headers)).data?.viewer?.roles).toEqual([])
})

test('omitted roles and scopes mean none', async () => {
  const key = await usableKey(await withRole('reporter'))
  expect((await viewer(key.headers)).data.viewer).toMatchObject({ roles: [], scopes: [] })
})

test('a key makes no keys, ends no sessions and changes no credentials', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person, { roles: ['user'] })
  for (const [mutation, input] of [
    [CREATE, { name: 'from a key' }],
    [REVOKE, { id: key.id }],
    [ROTATE, { id: key.id }],
  ] as const) {
    const answer = await stack.client.send(mutation, { input }, key.headers)
    expect(answer.status).toBe(403)
    expect(answer.code).toBe('FORBIDDEN')
  }
})

test('the code of another person does not verify a key', async () => {
  const person = await registerPerson(stack)
  const stranger = await registerPerson(stack)
  const key = await createKey(person)
  const code = await stack.mailbox.takeCode(person.email)
  const input = { verificationId: key.verificationId, code }
  const answer = await stack.client.send(VERIFY_KEY, { input }, stranger.headers)
  expect(answer.code).toBe('VERIFICATION_FAILED')
})

test('nor does one that was mailed to an address which was removed since, and no other is mailed there', async () => {
  const person = await registerPerson(stack)
  const second = newEmail()
  await stack.db('user_emails').insert({
    id: `eml_${person.id}`,
    user_id: person.id,
    email: second,
    email_normalized: second,
    verified_at: stack.db.fn.now(),
  })
  const key = await createKey(person)
  const code = await stack.mailbox.takeCode(person.email)
  const act = async (mutation: string, id: string) => {
    const answer = await stack.client.send(mutation, { input: { id } }, person.headers)
    expect(answer.errors).toEqual([])
  }
  const own = await stack.db('user_emails').where('email', person.email).first('id')
  await act(
    'mutation ($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { id } }',
    `eml_${person.id}`,
  )
  await act('mutation ($input: RemoveEmailInput!) { removeEmail(input: $input) { id } }', own.id)
  const verificationId = key.verificationId
  const verified = await stack.client.send(
    VERIFY_KEY,
    { input: { verificationId, code } },
    person.headers,
  )
  expect(verified.code).toBe('VERIFICATION_FAILED')
  expect(await refusal(key.headers)).toBe(INVALID)

  await stack.db('verifications').update({ last_sent_at: new Date(Date.now() - 61_000) })
  const resent = await stack.client.send(
    'mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { id } }',
    { input: { verificationId } },
  )
  expect(resent.errors).toEqual([])
  await nothingLeftToMail(stack.db)
  const subjects = stack.mailbox.messages
    .filter(({ to }) => to === person.email)
    .map(({ subject }) => subject)
  expect(subjects.filter((text) => text.includes('confirms an API key'))).toHaveLength(1)
})

test('after rotation both secrets work for the overlap, then the old one is refused', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  const rotated = await stack.client.send(
    ROTATE,
    { input: { id: key.id, overlapSeconds: 60 } },
    person.headers,
  )
  const fresh = rotated.data.rotateApiKey
  expect(fresh.key).toBe(key.key)
  expect(await refusal(headersOf(fresh.key, fresh.secret))).toBe(INVALID)
  expect((await viewer(key.headers)).status).toBe(200)
  await verifyKey(person, fresh.verification.id)
  await expect
    .poll(async () => (await viewer(headersOf(fresh.key, fresh.secret))).status, {
      timeout: 30_000,
    })
    .toBe(200)
  expect((await viewer(key.headers)).status).toBe(200)

  await stack.db('api_keys').where('id', key.id).update({ previous_expires_at: stack.db.fn.now() })
  await stack.db.transaction(async (trx) => {
    const { revoke } = await import('../../subgraphs/auth/core/revoke.ts')
    await revoke(trx, [{ kind: 'api-key-changed', id: key.id }])
  })
  await expect.poll(() => refusal(key.headers)).toBe(INVALID)
  expect((await viewer(headersOf(fresh.key, fresh.secret))).status).toBe(200)
})

test('of two changes of a key within one second both count', async () => {
  const { revoke } = await import('../../subgraphs/auth/core/revoke.ts')
  const person = await registerPerson(stack)
  const key = await usableKey(person, { roles: ['user'] })
  const roles = async () => (await viewer(key.headers)).data?.viewer?.roles
  const [{ second }] = await stack
    .db('api_keys')
    .where('id', key.id)
    .select(stack.db.raw("date_trunc('second', now() + interval '2 hours') as second"))
  const change = async (to: readonly string[], milliseconds: number) =>
    await stack.db.transaction(async (trx) => {
      await trx('api_keys').where('id', key.id).update({ roles: to })
      await trx('revocations').insert({
        kind: 'api-key-changed',
        ref: key.id,
        expires_at: new Date(second.getTime() + milliseconds),
      })
    })
  await expect.poll(roles).toEqual(['user'])
  await change([], 100)
  await expect.poll(roles).toEqual([])
  await change(['user'], 600)
  await expect.poll(roles).toEqual(['user'])

  // Of two that wait for one row the later may have begun first: what counts is when it went on. Ten fit into a millisecond.
  await stack.db.transaction(async (trx) => {
    for (const _ of Array(10)) await revoke(trx, [{ kind: 'api-key-changed', id: key.id }])
  })
  expect(await areLater(key.id)).toEqual(Array(11).fill(true))
})

test('a change of a key counts when the clock of the database was set back', async () => {
  const { revoke } = await import('../../subgraphs/auth/core/revoke.ts')
  const key = await usableKey(await registerPerson(stack))
  await stack.db('revocations').insert({
    kind: 'api-key-changed',
    ref: key.id,
    expires_at: stack.db.raw("now() + interval '3 hours'"),
  })
  await revoke(stack.db, [{ kind: 'api-key-changed', id: key.id }])
  expect(await areLater(key.id)).toEqual([true])
})

/** Of each change of a key but the first. */
async function areLater(id: string): Promise<readonly boolean[]> {
  const rows = await stack
    .db('revocations')
    .where('ref', id)
    .orderBy('id')
    .select<{ is_later: boolean | null }[]>(
      stack.db.raw('expires_at > lag(expires_at) over (order by id) as is_later'),
    )
  return rows.slice(1).map((row) => row.is_later === true)
}

test('an overlap lasts a day at most', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  const input = { id: key.id, overlapSeconds: 86_401 }
  expect((await stack.client.send(ROTATE, { input }, person.headers)).code).toBe('BAD_USER_INPUT')
})

test("another person's key looks like one that does not exist", async () => {
  const key = await usableKey(await registerPerson(stack))
  const stranger = await registerPerson(stack)
  for (const mutation of [UPDATE, ROTATE, REVOKE]) {
    const act = (id: string) => stack.client.send(mutation, { input: { id } }, stranger.headers)
    const foreign = await act(key.id)
    expect(foreign.code).toBe('NOT_FOUND')
    expect(sameness(foreign)).toBe(sameness(await act(`key_${'x'.repeat(22)}`)))
  }
  expect((await viewer(key.headers)).status).toBe(200)
})

test('a key cannot be made for somebody else: there is no such input', async () => {
  const [person, other] = [await registerPerson(stack), await registerPerson(stack)]
  for (const stray of ['userId', 'ownerId', 'key', 'secret']) {
    const input = { name: 'x', [stray]: other.id }
    const answer = await stack.client.send(CREATE, { input }, person.headers)
    expect(answer.status, stray).toBe(400)
  }
})

test('a code proves what it was mailed for and nothing else', async () => {
  const person = await registerPerson(stack)
  const key = await createKey(person)
  const ofKey = await stack.mailbox.takeCode(person.email)
  const login = { email: person.email, password: PASSWORD }
  const begun = await stack.client.send(LOGIN, { input: login })
  const sessionVerificationId = begun.data.login.verification.id
  const ofSession = await stack.mailbox.takeCode(person.email)

  const crossed = [
    await stack.client.send(VERIFY, { input: { verificationId: key.verificationId, code: ofKey } }),
    await stack.client.send(
      VERIFY_KEY,
      { input: { verificationId: sessionVerificationId, code: ofSession } },
      person.headers,
    ),
  ]
  for (const { code } of crossed) expect(code).toBe('VERIFICATION_FAILED')
})

test('a busy key is written to once a minute', async () => {
  const key = await usableKey(await registerPerson(stack))
  const row = () =>
    stack.db('api_keys').where('id', key.id).first('last_used_at', stack.db.raw('xmin::text'))
  const address = '127.0.0.1'
  const deps = stack.auths[0]?.deps
  if (deps === undefined) throw new Error('no auth instance')
  const check = () => checkApiKey(deps, { key: key.key, secret: key.secret, address })
  await check()
  const used = await row()
  for (let count = 0; count < 50; count += 1) await check()
  expect(await row()).toEqual(used)
  await stack
    .db('api_keys')
    .where('id', key.id)
    .update({ last_used_at: stack.db.raw("now() - interval '61 seconds'") })
  await check()
  expect((await row()).last_used_at.getTime()).toBeGreaterThan(used.last_used_at.getTime())
})

test('the end of the overlap ends the old secret alone, cached or not', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  const rotated = await stack.client.send(
    ROTATE,
    { input: { id: key.id, overlapSeconds: 8 } },
    person.headers,
  )
  const fresh = headersOf(key.key, rotated.data.rotateApiKey.secret)
  await verifyKey(person, rotated.data.rotateApiKey.verification.id)
  expect((await viewer(key.headers)).status).toBe(200)
  const answers = new Set<number>()
  const refusalOfOld = async () => {
    answers.add((await viewer(fresh)).status)
    return await refusal(key.headers)
  }
  await expect.poll(refusalOfOld).toBe(INVALID)
  await refusalOfOld()
  expect([...answers]).toEqual([200])
})

test('who uses a stolen key from elsewhere does not lock its owner out', async () => {
  const proxied = await startStack({
    env: { API_KEY_VERIFICATION: 'off', TRUSTED_PROXIES: '127.0.0.1' },
  })
  try {
    const person = await registerPerson(proxied)
    const created = await proxied.client.send(
      CREATE,
      { input: { name: 'ci', allowedIps: ['192.0.2.1'] } },
      person.headers,
    )
    const { key, secret } = created.data.createApiKey
    const from = async (address: string) =>
      (
        await proxied.client.send(
          VIEWER,
          {},
          { ...headersOf(key, secret), 'x-forwarded-for': address },
        )
      ).status
    for (let n = 0; n < 10; n += 1) expect(await from('203.0.113.9')).toBe(401)
    expect(await from('192.0.2.1')).toBe(200)
    expect(await from('203.0.113.9')).toBe(401)
  } finally {
    await proxied.stop()
  }
})

test('a key with an address list works from those addresses alone', async () => {
  const person = await registerPerson(stack)
  const here = await usableKey(person, { allowedIps: ['127.0.0.0/8', '::1'] })
  const elsewhere = await usableKey(person, { allowedIps: ['203.0.113.7'] })
  const mapped = await usableKey(person, { allowedIps: ['::ffff:127.0.0.0/104', '10.0.0.0/8'] })
  expect((await viewer(here.headers)).status).toBe(200)
  expect((await viewer(mapped.headers)).status).toBe(200)
  expect(await refusal(elsewhere.headers)).toBe(INVALID)
  const bad = await stack.client.send(
    CREATE,
    { input: { name: 'x', allowedIps: ['300.1.1.1'] } },
    person.headers,
  )
  expect(bad.code).toBe('BAD_USER_INPUT')
})

test('an update narrows a key and never widens it', async () => {
  const person = await withRole('reporter')
  const key = await usableKey(person, { roles: ['user'] })
  const wider = await stack.client.send(
    UPDATE,
    { input: { id: key.id, roles: ['user', 'reporter'] } },
    person.headers,
  )
  expect(wider.code).toBe('BAD_USER_INPUT')
  const narrower = await stack.client.send(
    UPDATE,
    { input: { id: key.id, name: 'renamed', roles: [], allowedIps: ['127.0.0.1'] } },
    person.headers,
  )
  expect(narrower.data.updateApiKey).toMatchObject({
    name: 'renamed',
    roles: [],
    allowedIps: ['127.0.0.1'],
  })
})

test('the secret is stored nowhere: not in the tables, not in a later answer', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  await viewer(key.headers)
  for (const table of [
    'api_keys',
    'audit_events',
    'outbox_events',
    'mail_outbox',
    'verifications',
  ]) {
    expect(JSON.stringify(await stack.db(table).select('*'))).not.toContain(key.secret)
  }
  const row = await stack.db('api_keys').where('id', key.id).first()
  expect(await refusal(headersOf(key.key, row.secret_hash))).toBe(INVALID)
  const list = await stack.client.send(
    '{ viewer { user { apiKeys(first: 5) { edges { node { id key status lastUsedAt } } } } } }',
    {},
    person.headers,
  )
  expect(list.text).not.toContain('sps_')
  expect(list.data.viewer.user.apiKeys.edges[0].node.lastUsedAt).not.toBeNull()
})

test('a session that asks for codes for ever mails ten an hour, and the answer stays the same', async () => {
  const person = await registerPerson(stack)
  const key = await usableKey(person)
  const shapes = new Set<string>()
  for (let index = 0; index < 12; index += 1) {
    const rotated = await stack.client.send(ROTATE, { input: { id: key.id } }, person.headers)
    const created = await createKey(person)
    await stack.client.send(REVOKE, { input: { id: created.id } }, person.headers)
    shapes.add([rotated.status, ...Object.keys(rotated.data.rotateApiKey.verification)].join())
  }
  expect(shapes.size).toBe(1)
  await expect
    .poll(() => stack.db('mail_outbox').where('recipient', person.email), { timeout: 30_000 })
    .toEqual([])
  const mails = stack.mailbox.messages.filter(
    ({ to, subject }) => to === person.email && subject.includes('confirms an API key'),
  )
  // What was rotated again meanwhile may not even have left.
  expect(mails.length).toBeLessThanOrEqual(10)
})

test('of revoked keys the latest hundred are remembered', async () => {
  const person = await registerPerson(stack)
  await stack.db('api_keys').insert(
    Array.from({ length: 120 }, (_, index) => ({
      id: `key_${person.id}_${index}`,
      user_id: person.id,
      name: 'k',
      key: `${person.id}_${index}`,
      status: 'REVOKED',
      secret_hash: 'x',
      secret_pepper_version: 1,
      revoked_at: new Date(Date.now() - index * 1_000),
    })),
  )
  await createKey(person)
  const left = stack.db('api_keys').where({ user_id: person.id, status: 'REVOKED' })
  const ids = (await left.clone()).map(({ id }) => id)
  expect(ids).toHaveLength(100)
  expect(ids).toContain(`key_${person.id}_99`)
})

test('unverified keys are capped', async () => {
  const person = await registerPerson(stack)
  for (let index = 0; index < 10; index += 1) await createKey(person)
  const eleventh = await stack.client.send(CREATE, { input: { name: 'x' } }, person.headers)
  expect(eleventh.code).toBe('CONFLICT')
})

test('key and secret in a URL, and objects in place of strings, are refused', async () => {
  const person = await registerPerson(stack)
  const wrongType = await stack.client.send(CREATE, { input: { name: { gt: '' } } }, person.headers)
  expect(wrongType.status).toBe(400)
  const key = await usableKey(person)
  const inUrl = await fetch(`${stack.client.url}?api_key=${key.key}&api_secret=${key.secret}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { kind } }' }),
  })
  expect(inUrl.status).toBe(400)
  expect(await inUrl.text()).not.toContain(key.secret)
})
