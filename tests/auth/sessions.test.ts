import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, sameness } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import {
  LOGIN,
  LOGOUT,
  logIn,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
  VIEWER,
  viewerOf,
} from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

test('a registration leads through the mailed code to a session that can read the graph', async () => {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })
  const { verification } = begun.data.register
  expect(verification).toMatchObject({ purpose: 'REGISTRATION', methods: ['EMAIL_CODE'] })
  expect(verification.sentTo).toBe('p…@example.com')

  const code = await stack.mailbox.takeCode(email)
  const verified = await stack.client.send(VERIFY, {
    input: { verificationId: verification.id, code },
  })
  const { tokens, user, session } = verified.data.verifySession
  expect(tokens.tokenType).toBe('Bearer')
  expect(session).toMatchObject({ status: 'ACTIVE', current: true })
  expect(verified.cookies).toEqual([])

  const viewer = await viewerOf(stack.client, tokens.accessToken)
  expect(viewer.data.viewer).toMatchObject({
    kind: 'USER',
    user: { id: user.id, email },
    session: { id: session.id },
    roles: ['user'],
    csrfToken: null,
  })
})

test('an anonymous viewer is null, and that is not an error', async () => {
  const answer = await stack.client.send('{ viewer { kind } }')
  expect(answer.status).toBe(200)
  expect(answer.data).toEqual({ viewer: null })
})

test('a login from a known device signs in at once; from an unknown one it asks for a code', async () => {
  const person = await registerPerson(stack)
  const again = await logIn(stack.client, person)
  expect(again.sessionId).not.toBe(person.sessionId)

  const elsewhere = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD },
  })
  expect(elsewhere.data.login.__typename).toBe('VerificationRequired')
  const verificationId = elsewhere.data.login.verification.id
  const code = await stack.mailbox.takeCode(person.email)
  const verified = await stack.client.send(VERIFY, { input: { verificationId, code } })
  expect(verified.data.verifySession.user.id).toBe(person.id)
})

test('every failed login looks the same', async () => {
  const person = await registerPerson(stack)
  await stack
    .db('users')
    .where('id', (await registerPerson(stack)).id)
    .update({ status: 'SUSPENDED' })
  const suspended = await stack.db('users').where('status', 'SUSPENDED').first('email')
  const answers = await Promise.all([
    stack.client.send(LOGIN, { input: { email: newEmail(), password: PASSWORD } }),
    stack.client.send(LOGIN, { input: { email: person.email, password: 'not the password' } }),
    stack.client.send(LOGIN, { input: { email: suspended.email, password: PASSWORD } }),
    stack.client.send(LOGIN, { input: { email: 'no address at all', password: PASSWORD } }),
  ])
  expect(new Set(answers.map(sameness)).size).toBe(1)
  expect(answers[0]?.code).toBe('INVALID_CREDENTIALS')
})

test('a pending session is not a session: its login has no tokens and its id opens nothing', async () => {
  const person = await registerPerson(stack)
  await stack.client.send(LOGIN, { input: { email: person.email, password: PASSWORD } })
  const pending = await stack
    .db('sessions')
    .where({ user_id: person.id, status: 'PENDING' })
    .first()
  expect(pending.turn_hash).toBeNull()
  const answer = await stack.client.send(VIEWER, {}, bearer(pending.id))
  expect(answer.status).toBe(401)
})

test('a refresh gives a new pair; the predecessor gives the same successor within the grace', async () => {
  const person = await registerPerson(stack)
  const first = await refreshWith(stack.client, person.refreshToken)
  const second = await refreshWith(stack.client, person.refreshToken)
  const { tokens } = first.data.refresh
  expect(tokens.refreshToken).not.toBe(person.refreshToken)
  expect(second.data.refresh.tokens.refreshToken).toBe(tokens.refreshToken)
  expect((await viewerOf(stack.client, tokens.accessToken)).data.viewer.user.id).toBe(person.id)
})

test('an answer lost and retried a minute later gives a working pair', async () => {
  const person = await registerPerson(stack)
  const lost = await refreshWith(stack.client, person.refreshToken)
  await ageRotation(person.sessionId)
  const retried = await refreshWith(stack.client, person.refreshToken)
  expect(retried.data.refresh.tokens.refreshToken).not.toBe(lost.data.refresh.tokens.refreshToken)
  const next = await refreshWith(stack.client, retried.data.refresh.tokens.refreshToken)
  expect(next.errors).toEqual([])
})

test('a refresh token used again after its successor was used ends the session, with mail, audit and event', async () => {
  const person = await registerPerson(stack)
  const second = await refreshWith(stack.client, person.refreshToken)
  const third = await refreshWith(stack.client, second.data.refresh.tokens.refreshToken)
  const reused = await refreshWith(stack.client, person.refreshToken)
  expect(reused.code).toBe('INVALID_REFRESH_TOKEN')
  expect((await refreshWith(stack.client, third.data.refresh.tokens.refreshToken)).code).toBe(
    'INVALID_REFRESH_TOKEN',
  )
  const mail = await stack.mailbox.take(person.email)
  expect(mail.subject).toContain('ended')
  const audit = await stack
    .db('audit_events')
    .where({ session_id: person.sessionId, action: 'session.revoked' })
  expect(audit).toHaveLength(1)
  expect(audit[0].detail).toEqual({ reason: 'refresh-token-reuse' })
  const events = await stack
    .db('outbox_events')
    .where({ type: 'session.revoked', user_id: person.id })
  expect(events).toHaveLength(1)
  for (const accessToken of [person.accessToken, third.data.refresh.tokens.accessToken]) {
    await expect
      .poll(async () => (await viewerOf(stack.client, accessToken)).errors[0]?.extensions.reason, {
        interval: 50,
      })
      .toBe('SESSION_REVOKED')
  }
})

test('a wrong family secret ends nothing', async () => {
  const person = await registerPerson(stack)
  const [family, , turn] = person.refreshToken.split('.')
  const forged = `${family}.${'A'.repeat(43)}.${turn}`
  expect((await refreshWith(stack.client, forged)).code).toBe('INVALID_REFRESH_TOKEN')
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})

test('random strings, access tokens and other formats are refused as refresh tokens, all alike', async () => {
  const person = await registerPerson(stack)
  const presented = [
    'x',
    '',
    person.accessToken,
    person.deviceToken,
    person.sessionId,
    person.refreshToken
      .replace(/[^.]*$/, 'A'.repeat(43))
      .replace(/\.[^.]*\./, `.${'A'.repeat(43)}.`),
    'srt_a.b.c',
    `${person.refreshToken} `,
    'srt_'.repeat(100),
  ]
  const answers = await Promise.all(presented.map((token) => refreshWith(stack.client, token)))
  for (const answer of answers) {
    expect(answer.code).toBe('INVALID_REFRESH_TOKEN')
    expect(answer.text).not.toContain('srt_a')
  }
  expect(new Set(answers.map(sameness)).size).toBe(1)
})

test('a refresh token is refused after its idle and after its absolute end', async () => {
  const idle = await registerPerson(stack)
  const absolute = await registerPerson(stack)
  await stack
    .db('sessions')
    .where('id', idle.sessionId)
    .update({ idle_expires_at: stack.db.fn.now() })
  await stack
    .db('sessions')
    .where('id', absolute.sessionId)
    .update({ expires_at: stack.db.fn.now() })
  for (const person of [idle, absolute]) {
    expect((await refreshWith(stack.client, person.refreshToken)).code).toBe(
      'INVALID_REFRESH_TOKEN',
    )
  }
})

test('the encrypted successor is wiped after the grace', async () => {
  const { sweep } = await import('../../subgraphs/auth/housekeeping/sweep.ts')
  const person = await registerPerson(stack)
  await refreshWith(stack.client, person.refreshToken)
  const kept = () => stack.db('sessions').where('id', person.sessionId).first('sealed_successor')
  await sweep(stack.db)
  expect((await kept()).sealed_successor).not.toBeNull()
  await ageRotation(person.sessionId)
  await sweep(stack.db)
  expect((await kept()).sealed_successor).toBeNull()
})

test('what ran out while nobody looked is removed, however much it is', async () => {
  const { sweep } = await import('../../subgraphs/auth/housekeeping/sweep.ts')
  await stack.db('throttles').delete()
  await stack.db.raw(
    "insert into throttles (key, points, expire) select 'old:' || n, 1, n from generate_series(1, 12000) as n",
  )
  await stack.db('throttles').insert({ key: 'new', points: 1, expire: Date.now() + 600_000 })
  await sweep(stack.db)
  const left = await stack.db('throttles').whereRaw("key like 'old:%' or key = 'new'").pluck('key')
  expect(left).toEqual(['new'])
})

test('logout ends the session: access token within a second, refresh token at once, twice is success', async () => {
  const person = await registerPerson(stack)
  const out = await stack.client.send(LOGOUT, {}, person.headers)
  expect(out.data.logout.revokedSessionIds).toEqual([person.sessionId])
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expect
    .poll(
      async () => (await viewerOf(stack.client, person.accessToken)).errors[0]?.extensions.reason,
      { interval: 50 },
    )
    .toBe('SESSION_REVOKED')
  const again = await stack.client.send(LOGOUT)
  expect(again.data.logout.revokedSessionIds).toEqual([])
})

test('a refresh token alone ends its own session and no other', async () => {
  const person = await registerPerson(stack)
  const other = await logIn(stack.client, person)
  const out = await stack.client.send(LOGOUT, { input: { refreshToken: person.refreshToken } })
  expect(out.data.logout.revokedSessionIds).toEqual([person.sessionId])
  expect((await refreshWith(stack.client, other.refreshToken)).errors).toEqual([])
  const everywhere = await stack.client.send(LOGOUT, {
    input: { refreshToken: other.refreshToken, scope: 'ALL' },
  })
  expect(everywhere.code).toBe('UNAUTHENTICATED')
})

test('a logout by header leaves the cookies of another session alone', async () => {
  const person = await registerPerson(stack)
  const browser = { origin: stack.env.PUBLIC_URL ?? '', cookie: '__Host-refresh=srt_other' }
  const out = await stack.client.send(LOGOUT, {}, { ...person.headers, ...browser })
  expect(out.data.logout.revokedSessionIds).toEqual([person.sessionId])
  expect(out.cookies).toEqual([])
})

test('a logout that clears cookies ends their session, also beside a token in the body', async () => {
  const person = await registerPerson(stack)
  const email = newEmail()
  const page = { origin: stack.env.PUBLIC_URL ?? '' }
  const begun = await stack.client.send(
    REGISTER,
    { input: { email, password: PASSWORD, delivery: 'COOKIE' } },
    page,
  )
  const verified = await stack.client.send(
    VERIFY,
    {
      input: {
        verificationId: begun.data.register.verification.id,
        code: await stack.mailbox.takeCode(email),
      },
    },
    { ...page, cookie: begun.cookies[0]?.split(';')[0] ?? '' },
  )
  const refresh = verified.cookies.find((cookie) => cookie.startsWith('__Host-refresh'))
  const out = await stack.client.send(
    LOGOUT,
    { input: { refreshToken: person.refreshToken } },
    { ...page, cookie: refresh?.split(';')[0] ?? '' },
  )
  expect(new Set(out.data.logout.revokedSessionIds)).toEqual(
    new Set([person.sessionId, verified.data.verifySession.session.id]),
  )
  expect(out.cookies).toHaveLength(3)
})

test('OTHERS keeps the current session, ALL keeps none', async () => {
  const person = await registerPerson(stack)
  const second = await logIn(stack.client, person)
  const third = await logIn(stack.client, person)
  const others = await stack.client.send(LOGOUT, { input: { scope: 'OTHERS' } }, third.headers)
  expect(new Set(others.data.logout.revokedSessionIds)).toEqual(
    new Set([person.sessionId, second.sessionId]),
  )
  expect((await viewerOf(stack.client, third.accessToken)).data.viewer.user.id).toBe(person.id)
  const all = await stack.client.send(LOGOUT, { input: { scope: 'ALL' } }, third.headers)
  expect(all.data.logout.revokedSessionIds).toEqual([third.sessionId])
})

test('one lists and ends own sessions; those of others look as if they did not exist', async () => {
  const person = await registerPerson(stack)
  const other = await logIn(stack.client, person)
  const stranger = await registerPerson(stack)
  const list = await stack.client.send(
    `{ viewer { user { sessions(first: 10) { edges { node { id current status userAgent ipAddress } } pageInfo { hasNextPage } } } } }`,
    {},
    person.headers,
  )
  const nodes = list.data.viewer.user.sessions.edges.map((edge: { node: object }) => edge.node)
  expect(nodes).toHaveLength(2)
  expect(nodes[0]).toMatchObject({ id: person.sessionId, current: true, status: 'ACTIVE' })
  expect(list.text).not.toMatch(/srt_|hash|sealed/)

  const REVOKE = `mutation Revoke($input: RevokeSessionInput!) { revokeSession(input: $input) { id status } }`
  const revoke = (sessionId: string, headers: Readonly<Record<string, string>>) =>
    stack.client.send(REVOKE, { input: { sessionId } }, headers)
  expect((await revoke(other.sessionId, person.headers)).data.revokeSession.status).toBe('REVOKED')
  const foreign = await revoke(person.sessionId, stranger.headers)
  const unknown = await revoke('ses_unknown', stranger.headers)
  expect(foreign.code).toBe('NOT_FOUND')
  expect(foreign.errors[0]?.message).toBe(unknown.errors[0]?.message)
})

test('reauthenticate raises auth_time and the old refresh token still leads to the new one', async () => {
  const person = await registerPerson(stack)
  const REAUTHENTICATE = `mutation Again($input: ReauthenticateInput!) { reauthenticate(input: $input) { ... on SignedIn { tokens { accessToken refreshToken } } } }`
  const wrong = await stack.client.send(
    REAUTHENTICATE,
    { input: { password: 'wrong' } },
    person.headers,
  )
  expect(wrong.code).toBe('INVALID_CREDENTIALS')
  await stack
    .db('sessions')
    .where('id', person.sessionId)
    .update({ authenticated_at: new Date(0) })
  const right = await stack.client.send(
    REAUTHENTICATE,
    { input: { password: PASSWORD } },
    person.headers,
  )
  const { tokens } = right.data.reauthenticate
  const payload = JSON.parse(Buffer.from(tokens.accessToken.split('.')[1], 'base64url').toString())
  expect(payload.auth_time).toBeGreaterThan(Date.now() / 1000 - 60)
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  expect(refreshed.data.refresh.tokens.refreshToken).toBe(tokens.refreshToken)
})

test('a refresh and a re-authentication may both lose their answers, in any order of what is presented', async () => {
  const REAUTHENTICATE = `mutation Again($input: ReauthenticateInput!) {
    reauthenticate(input: $input) { ... on SignedIn { tokens { accessToken refreshToken } } } }`
  const prove = async (headers: Readonly<Record<string, string>>) => {
    const answer = await stack.client.send(
      REAUTHENTICATE,
      { input: { password: PASSWORD } },
      headers,
    )
    return answer.data.reauthenticate.tokens.refreshToken as string
  }
  const refreshed = async (token: string) =>
    (await refreshWith(stack.client, token)).data?.refresh?.tokens.refreshToken as string

  // Another tab sends the first token right after both, or the one in between.
  const tabs = await registerPerson(stack)
  const between = await refreshed(tabs.refreshToken)
  const last = await prove(tabs.headers)
  expect(await refreshed(tabs.refreshToken)).toBe(last)
  expect(await refreshed(between)).toBe(last)

  // Twice proved, nothing arrived, and the client comes back a minute later.
  const lost = await registerPerson(stack)
  await refreshed(lost.refreshToken)
  await prove(lost.headers)
  await prove(lost.headers)
  await ageRotation(lost.sessionId)
  const next = await refreshed(lost.refreshToken)
  expect(await refreshed(next)).toBeTypeOf('string')

  // Once a successor was presented, what came before it is reuse.
  await refreshed(last)
  expect((await refreshWith(stack.client, tabs.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
})

test('anyone who is suspended while they refresh gets no token', async () => {
  const person = await registerPerson(stack)
  await stack.db.raw(`
    create function suspend_owner() returns trigger language plpgsql as
      $$ begin update users set status = 'SUSPENDED' where id = new.user_id; return new; end $$;
    create trigger suspend_owner after update of turn_hash on sessions
      for each row when (new.id = '${person.sessionId}') execute function suspend_owner()`)
  const answer = await refreshWith(stack.client, person.refreshToken).finally(() =>
    stack.db.raw('drop trigger suspend_owner on sessions; drop function suspend_owner()'),
  )
  expect(answer.code).toBe('INVALID_REFRESH_TOKEN')
})

test('the cap on sessions signs out the one unused for longest', async () => {
  const { MAX_ACTIVE_SESSIONS } = await import('../../subgraphs/auth/sessions/start-session.ts')
  const person = await registerPerson(stack)
  const { id: _, ...template } = await stack.db('sessions').where('id', person.sessionId).first()
  await stack.db('sessions').insert(
    Array.from({ length: MAX_ACTIVE_SESSIONS - 1 }, (_unused, index) => ({
      ...template,
      id: `ses_filler_${person.id}_${index}`,
      family_id: `filler_${person.id}_${index}`,
    })),
  )
  await stack
    .db('sessions')
    .where('id', `ses_filler_${person.id}_7`)
    .update({ last_used_at: new Date('2020-01-01') })
  await logIn(stack.client, person)
  const active = await stack
    .db('sessions')
    .where({ user_id: person.id, status: 'ACTIVE' })
    .select('id')
  expect(active).toHaveLength(MAX_ACTIVE_SESSIONS)
  expect(active.map((row: { id: string }) => row.id)).not.toContain(`ses_filler_${person.id}_7`)
})

/** As if the last rotation had been a minute ago, by the database's clock. */
async function ageRotation(sessionId: string): Promise<void> {
  await stack
    .db('sessions')
    .where('id', sessionId)
    .update({ rotated_at: stack.db.raw("now() - interval '61 seconds'") })
}
