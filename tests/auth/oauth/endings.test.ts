// What ends what people let apps do: the end or the change of the app, doubt about a session, a new password. And what a page showed
// is what is granted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeAll } from '../../../subgraphs/auth/administration/revoke-all.ts'
import { type Stack, startStack } from '../../harness.ts'
import { LOGOUT, logIn, PASSWORD, type Person, refreshWith, registerPerson } from '../../people.ts'
import { type App, askFor, backAtApp, becomeAdmin, registerApp, relyingParty } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let admin: Person

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
})
afterAll(async () => {
  await stack?.stop()
})

let made = 0
async function grant(
  person: Person,
  { clientId = 'cli_x', sessionId = person.sessionId, offline = true } = {},
): Promise<string> {
  made += 1
  const id = `grt_${made}`
  const later = new Date(Date.now() + 3_600_000)
  await stack.db('oauth_grants').insert({
    id,
    user_id: person.id,
    client_id: clientId,
    client_name: 'Shop',
    session_id: sessionId,
    scopes: ['openid'],
    resources: [],
    offline,
    expires_at: later,
  })
  await stack.db('oauth_refresh_families').insert({
    family_id: `fam_${made}`,
    grant_id: id,
    family_hash: 'x',
    turn_hash: 'x',
    payload: '{}',
    idle_expires_at: later,
    expires_at: later,
  })
  return id
}
async function reasonOf(id: string): Promise<string | null> {
  const { revoked_reason } = await stack.db('oauth_grants').where({ id }).first()
  const families = await stack.db('oauth_refresh_families').where('grant_id', id)
  const entries = await stack.db('revocations').where({ kind: 'grant', ref: id })
  const isOver = revoked_reason !== null
  expect([families.length, entries.length]).toEqual(isOver ? [0, 1] : [1, 0])
  return revoked_reason
}
async function asAdmin(mutation: string, input: object): Promise<void> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { id } }`
  const answer = await stack.client.send(query, { input }, admin.headers)
  if (answer.code !== undefined) throw new Error(answer.text)
}

describe('an app', () => {
  test('that is deleted takes all that it was let do with it', async () => {
    const person = await registerPerson(stack)
    const app = await registerApp(stack, admin)
    const id = await grant(person, { clientId: app.id })
    await asAdmin('deleteClient', { id: app.id })
    expect(await reasonOf(id)).toBe('client-deleted')
    const audited = await stack.db('audit_records').where('action', 'grant.revoked').select('id')
    expect(audited.length).toBeGreaterThan(0)
  })

  test('that sends codes elsewhere, or proves itself by less, is asked about anew', async () => {
    const person = await registerPerson(stack)
    const app = await registerApp(stack, admin)
    const [first, second] = [
      await grant(person, { clientId: app.id }),
      await grant(await registerPerson(stack)),
    ]
    const other = 'https://other.example/callback'
    const redirectUris = ['https://shop.example/callback', other]
    await asAdmin('updateClient', { id: app.id, name: 'Shop 2' })
    expect(await reasonOf(first)).toBeNull()
    await asAdmin('updateClient', { id: app.id, redirectUris })
    expect(await reasonOf(first)).toBe('redirects-changed')
    const third = await grant(person, { clientId: app.id })
    await asAdmin('updateClient', { id: app.id, redirectUris: [other] })
    await asAdmin('updateClient', { id: app.id, tokenEndpointAuthMethod: 'CLIENT_SECRET_POST' })
    expect(await reasonOf(third)).toBeNull()
    await asAdmin('updateClient', { id: app.id, tokenEndpointAuthMethod: 'NONE' })
    expect(await reasonOf(third)).toBe('method-weakened')
    expect(await reasonOf(second)).toBeNull()
  })
})

describe('an app that was let in for longer than the session', () => {
  const REVOKE = `mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { id } }`
  const CHANGE = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { session { id } } }`

  test('goes on after a sign-out', async () => {
    const person = await registerPerson(stack)
    const id = await grant(person)
    await stack.client.send(LOGOUT, { input: {} }, person.headers)
    expect(await reasonOf(id)).toBeNull()
  })

  test('ends with a session that the person ends from another', async () => {
    const person = await registerPerson(stack)
    const other = await logIn(stack.client, person)
    const [own, others] = [await grant(person), await grant(other)]
    await stack.client.send(REVOKE, { id: other.sessionId }, person.headers)
    expect([await reasonOf(own), await reasonOf(others)]).toEqual([null, 'revoked'])
  })

  test('ends with all others, also where its session was over before', async () => {
    const person = await registerPerson(stack)
    const other = await logIn(stack.client, person)
    const [own, others] = [await grant(person), await grant(other)]
    await stack.client.send(LOGOUT, { input: {} }, other.headers)
    await stack.client.send(LOGOUT, { input: { scope: 'OTHERS' } }, person.headers)
    expect([await reasonOf(own), await reasonOf(others)]).toEqual([null, 'logout'])
  })

  test('ends with a refresh token that came twice', async () => {
    const person = await registerPerson(stack)
    const id = await grant(person)
    const first = await refreshWith(stack.client, person.refreshToken)
    await refreshWith(stack.client, first.data.refresh.tokens.refreshToken)
    await refreshWith(stack.client, person.refreshToken)
    expect(await reasonOf(id)).toBe('refresh-token-reuse')
  })

  test('ends with a new password, whoever had which session; for this session alone it goes on', async () => {
    const person = await registerPerson(stack)
    const other = await logIn(stack.client, person)
    const ids = [
      await grant(person),
      await grant(other),
      await grant(other, { offline: false }),
      await grant(person, { offline: false }),
    ]
    await stack.client.send(LOGOUT, { input: {} }, other.headers)
    const input = { currentPassword: PASSWORD, newPassword: 'a wholly different phrase' }
    const answer = await stack.client.send(CHANGE, { input }, person.headers)
    expect(answer.data?.changePassword.session.id).toBe(person.sessionId)
    const reasons = await Promise.all(ids.map(reasonOf))
    expect(reasons).toEqual(['password-changed', 'password-changed', 'logout', null])
  })
})

test('what was granted is what was shown: an app that changed meanwhile is shown again', async () => {
  const person = await registerPerson(stack)
  const browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  const app = await registerApp(stack, admin)
  const asked = await askFor(await relyingParty(stack, app), 'openid email')
  const { location } = await browser.open(asked.url)
  const setScopes = async (scopes: string[]) =>
    await stack.db('oauth_clients').where('id', app.id).update({ scopes })
  await setScopes(['openid'])
  const page = await browser.open(location ?? '')
  expect(page.html).not.toContain('e-mail address')
  await setScopes(['openid', 'email'])
  const again = await browser.press(page, 'allow')
  expect(again.html).toContain('e-mail address')
  const none = { user_id: person.id }
  expect(await stack.db('oauth_grants').where(none)).toEqual([])
  const forged = await browser.press(page, 'allow', { scopes: '' })
  expect(forged.html).toContain('e-mail address')
  const back = backAtApp(await browser.press(again, 'allow'))
  expect(back.searchParams.get('code')).toBeTruthy()
  const [given] = await stack.db('oauth_grants').where(none)
  expect(given.scopes).toEqual(['openid', 'email'])
})

test('a program’s token that was made before all were revoked is told to be over', async () => {
  const program = { redirectUris: [], grantTypes: ['CLIENT_CREDENTIALS'], scopes: [] }
  const app = await registerApp(stack, admin, {
    ...program,
    introspects: [stack.env.PUBLIC_URL],
  })
  const send = async (path: string, fields: Record<string, string>, { id, secret }: App = app) => {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
    const body = new URLSearchParams(fields)
    const init = { method: 'POST', body, headers: { authorization } }
    return (await (await fetch(`${stack.env.PUBLIC_URL}/oauth2/${path}`, init)).json()) as any
  }
  const { access_token: token } = await send('token', { grant_type: 'client_credentials' })
  expect((await send('introspect', { token })).active).toBe(true)
  await revokeAll(stack.db)
  expect(await send('introspect', { token })).toEqual({ active: false })
})
