// Back-channel logout: however a session ends, the apps that it let in are told, by a token that says of whom.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { LOGOUT, type Person, registerPerson } from '../../people.ts'
import { becomeAdmin, claimsIn, registerApp, relyingParty, tokensFor } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let admin: Person
let receiver: Server
const told: string[] = []
let answer = 200

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  receiver = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      told.push(new URLSearchParams(text).get('logout_token') ?? '')
      response.writeHead(answer)
      response.end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  receiver?.close()
  await stack?.stop()
})
beforeEach(() => {
  told.length = 0
  answer = 200
})

/** What is still to be told of this person. */
const toTell = async (person: Person) =>
  await stack.db('oauth_logouts').where('user_id', person.id).select('available_at', 'at_expiry')

/** What the apps were told of this person. */
const toldOf = (person: Person) => told.filter((token) => claimsIn(token).sub === person.id)

async function letIn(): Promise<{ person: Person; browser: WebBrowser; tokens: any; id: string }> {
  const { port } = receiver.address() as AddressInfo
  const app = await registerApp(stack, admin, {
    backchannelLogoutUri: `http://127.0.0.1:${port}/bye`,
  })
  const party: oidc.Configuration = await relyingParty(stack, app)
  const person = await registerPerson(stack)
  const browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  return { person, browser, tokens: await tokensFor(party, browser, 'openid'), id: app.id }
}

test('an app is told when the session ends, with the name that it knows it by', async () => {
  const { person, tokens, id } = await letIn()
  await stack.client.send(LOGOUT, { input: { scope: 'ALL' } }, person.headers)
  await expect.poll(() => toldOf(person).length).toBe(1)
  const [token = ''] = toldOf(person)
  const claims = claimsIn(token)
  expect(claims).toMatchObject({ aud: id, sub: person.id, sid: tokens.claims().sid })
  expect(claims.events).toHaveProperty(['http://schemas.openid.net/event/backchannel-logout'])
  expect(claims).not.toHaveProperty('nonce')
  const [header = ''] = token.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString()).typ).toBe('logout+jwt')
  await expect.poll(() => toTell(person)).toEqual([])
})

test('an app is told of a session that ends by itself, when it does', async () => {
  const { person, tokens } = await letIn()
  const look = async () =>
    await stack
      .db('oauth_logouts')
      .where('user_id', person.id)
      .update({ available_at: new Date(0) })
  // Used meanwhile, it ends later than it seemed to.
  await look()
  await expect
    .poll(async () => (await toTell(person)).map((row) => row.available_at > new Date()))
    .toEqual([true])
  expect(toldOf(person)).toEqual([])
  await stack
    .db('sessions')
    .where('user_id', person.id)
    .update({ idle_expires_at: new Date(Date.now() - 1000) })
  await look()
  await expect.poll(() => toldOf(person).length).toBe(1)
  expect(claimsIn(toldOf(person)[0] ?? '').sid).toBe(tokens.claims().sid)
  await expect.poll(() => toTell(person)).toEqual([])
})

test('one that does not answer is told again', async () => {
  answer = 500
  const { person } = await letIn()
  await stack.client.send(LOGOUT, { input: { scope: 'ALL' } }, person.headers)
  await expect.poll(() => toldOf(person).length).toBe(1)
  answer = 200
  await stack
    .db('oauth_logouts')
    .where('user_id', person.id)
    .update({ available_at: new Date(0) })
  await expect.poll(() => toldOf(person).length).toBe(2)
  await expect.poll(() => toTell(person)).toEqual([])
})
