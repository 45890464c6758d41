// Every operation that the pages show, sent to a running graph one after the other, as a reader with an account would.
// Placeholders (`ver_…`, `12345678`) are filled in from the answers and mails before; nothing else is changed.
import { Kind, parse } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { codeOf } from '../authenticator.ts'
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
} from '../people.ts'
import { example, examplesOf } from './examples.ts'

const NEW_PASSWORD = 'a longer pass phrase of mine'
let stack: Stack
/** Who reads the page. */
let reader: Person
let email: string
let password: string
let headers: Readonly<Record<string, string>>
/** Ids by prefix: the last that an answer had. */
let ids: Map<string, string>
/** Of the answer to `setPrimaryEmail`: what is left besides the primary address. */
let spareEmail: string | undefined
let mailsSeen: number
/** Of the authenticator app that was added last. */
let appSecret = ''

beforeAll(async () => {
  stack = await startStack({ reviews: true })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await become(await registerPerson(stack))
  ids = new Map()
  spareEmail = undefined
})

/** What nobody has to be signed in for, or is any longer. */
const ANONYMOUSLY = { register: true, login: true, verifySession: true, erasureStatus: true }

/** What a page's text says to do first, by root field. */
const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
  resetPassword: forgetPassword,
  createUser: () => send('mutation { createRole(input: { name: "editor", rank: 10 }) { name } }'),
  suspendUser: async () => ids.set('usr', (await registerPerson(stack)).id),
  createRole: async () => {
    await takeRoleFromAll()
    await send('mutation { deleteRole(input: { name: "editor" }) { name } }')
  },
  deleteRole: takeRoleFromAll,
  grantRole: () => send('mutation { createRole(input: { name: "editor", rank: 10 }) { name } }'),
  createAddressRule: () =>
    send(
      'mutation { createAddressRule(input: { action: ALLOW, appliesTo: ADMINS, network: "127.0.0.0/8" }) { id } }',
    ),
}

/** Somebody else each time: an address is mailed once a minute. */
async function forgetPassword(): Promise<void> {
  await become(await registerPerson(stack))
  const answer = await send(
    `mutation { requestPasswordReset(input: { email: "${email}" }) { id } }`,
  )
  ids.set('ver', answer.data.requestPasswordReset.id)
}

async function takeRoleFromAll(): Promise<void> {
  const { data } = await send(
    '{ users(first: 50, filter: { role: "editor" }) { edges { node { id } } } }',
  )
  for (const { node } of data.users.edges) {
    await send(`mutation { revokeRole(input: { userId: "${node.id}", role: "editor" }) { roles } }`)
  }
}

async function become(person: Person): Promise<void> {
  reader = person
  email = person.email
  password = PASSWORD
  headers = person.headers
  mailsSeen = stack.mailbox.messages.length
}

async function send(query: string, as = headers): Promise<GraphqlAnswer> {
  return await stack.client.send(query, {}, as)
}

/** Each operation of an example in its own words. */
function operationsIn(code: string): { name: string; text: string }[] {
  return parse(code).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return []
    const [field] = definition.selectionSet.selections
    const name = field?.kind === Kind.FIELD ? field.name.value : ''
    return [{ name, text: code.slice(definition.loc?.start, definition.loc?.end) }]
  })
}

async function fill(text: string, name: string): Promise<string> {
  const filled = text
    .replaceAll(/ada@work\.example|grace@example\.com/g, () => newEmail())
    .replaceAll(/ada@example\.com/g, () => (name === 'register' ? newEmail() : email))
    .replace('currentPassword: "…"', () => `currentPassword: "${password}"`)
    .replace('newPassword: "…"', `newPassword: "${NEW_PASSWORD} ${mailsSeen}"`)
    .replace('"123456"', () => `"${codeOf(appSecret)}"`)
    .replaceAll(/"([a-z]{3})_…"/g, (_, prefix: string) => `"${idOf(prefix, name)}"`)
  if (filled.includes('12345678')) return filled.replace('12345678', await nextCode())
  if (!filled.includes('…behind the #')) return filled
  const mail = await mailWith(/\/account\/reset-password#/)
  return filled.replace('…behind the # of the link…', linkToken(mail, 'reset-password'))
}

function idOf(prefix: string, name: string): string {
  const id = name === 'removeEmail' ? spareEmail : ids.get(prefix)
  if (id === undefined) throw new Error(`${name} needs an id "${prefix}_…" that no answer has had`)
  return id
}

async function mailWith(pattern: RegExp): Promise<string> {
  let found: string | undefined
  await expect
    .poll(
      () => {
        found = stack.mailbox.messages
          .slice(mailsSeen)
          .map(({ text }) => text)
          .findLast((text) => pattern.test(text))
        return found
      },
      { timeout: 30_000 },
    )
    .toBeDefined()
  mailsSeen = stack.mailbox.messages.length
  return found ?? ''
}

async function nextCode(): Promise<string> {
  return /\b\d{8}\b/.exec(await mailWith(/\b\d{8}\b/))?.[0] ?? ''
}

/** What a reader takes along from an answer. */
async function remember(name: string, { text, data }: GraphqlAnswer, sent: string): Promise<void> {
  for (const [, prefix = '', id = ''] of text.matchAll(/"(?:([a-z]{3})(_[A-Za-z0-9_-]{10,}))"/g))
    ids.set(prefix, prefix + id)
  if (name === 'startTotp') appSecret = data.startTotp.secret
  const tokens = data[name]?.tokens
  if (tokens) headers = bearer(tokens.accessToken)
  const [, chosen] = /newPassword: "([^"]+)"/.exec(sent) ?? []
  if (chosen !== undefined) password = chosen
  if (name === 'setPrimaryEmail') {
    email = data.setPrimaryEmail.email
    spareEmail = data.setPrimaryEmail.emails.find((it: { primary: boolean }) => !it.primary).id
  }
  if (name === 'resetPassword') await signInAgain()
}

async function signInAgain(): Promise<void> {
  const begun = (await stack.client.send(LOGIN, { input: { email, password } })).data.login
  const input = { verificationId: begun.verification.id, code: await nextCode() }
  const { data } = await stack.client.send(VERIFY, { input })
  headers = bearer(data.verifySession.tokens.accessToken)
}

async function becomeAdmin(): Promise<void> {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email, role: 'admin' })
  const { data } = await refreshWith(stack.client, reader.refreshToken)
  headers = bearer(data.refresh.tokens.accessToken)
}

/** Sends every operation of the page and returns the answers' data by root field. */
async function follow(page: string): Promise<Record<string, any>> {
  const answers: Record<string, any> = {}
  for (const { code, line } of examplesOf(page).filter(({ language }) => language === 'graphql')) {
    for (const { name, text } of operationsIn(code)) {
      await BEFORE[name]?.()
      const sent = await fill(text, name)
      const answer = await send(sent, name in ANONYMOUSLY ? {} : headers)
      expect(answer.errors, `${page}:${line}: ${sent}`).toEqual([])
      expect(answer.data[name], `${page}:${line}: ${sent}`).toBeTruthy()
      await remember(name, answer, sent)
      answers[name] = answer.data[name]
    }
  }
  return answers
}

test('README.md: in the explorer, from nothing to a signed-in query', async () => {
  const { viewer, verifySession } = await follow('README.md')
  expect(viewer.user.email).toBe(verifySession.user.email)
})

test('docs/accounts.md', async () => {
  const { rotateApiKey, revokeApiKey } = await follow('docs/accounts.md')
  expect(revokeApiKey.status).toBe('REVOKED')
  // The expressions for scanners find what was just made, and nothing else in its place.
  const [scanners] = examplesOf('docs/accounts.md').filter(({ language }) => language === 'text')
  const [key, secret] = [...(scanners?.code ?? '').matchAll(/\\b\S+/g)].map(
    ([it]) => new RegExp(it),
  )
  expect(rotateApiKey.key).toMatch(key ?? /^$/)
  expect(rotateApiKey.secret).toMatch(secret ?? /^$/)
  expect(rotateApiKey.key).not.toMatch(secret ?? /./)
})

describe('as an admin', () => {
  beforeEach(becomeAdmin)

  test('docs/administration.md', async () => {
    const { addressRules, users, roles } = await follow('docs/administration.md')
    expect(users.edges).toBeDefined()
    expect(roles.edges.length).toBeGreaterThan(1)
    expect(addressRules.edges.length).toBeGreaterThan(1)
  })

  test('docs/oauth.md', async () => {
    const { clients, deleteClient } = await follow('docs/oauth.md')
    expect(clients.edges[0].node.id).toBe(deleteClient.id)
  })

  test('docs/audit.md', async () => {
    ids.set('usr', reader.id)
    expect((await follow('docs/audit.md')).auditEvents.edges).toBeDefined()
  })
})

test('docs/erasure.md: an account deletes itself, and the receipt leads to what became of it', async () => {
  const { erasureStatus } = await follow('docs/erasure.md')
  const names = erasureStatus.receipts.map(({ subgraph }: { subgraph: string }) => subgraph)
  expect(names).toEqual(['auth', 'reviews'])
})

test('docs/frontends.md: the login', async () => {
  const login = example('docs/frontends.md', 'Sign in', 'graphql')
  const known = { email, password, deviceToken: reader.deviceToken }
  const signedIn = await stack.client.send(login.code, { input: known })
  expect(signedIn.data.login).toMatchObject({
    user: { email },
    tokens: { accessToken: expect.any(String) },
  })
  const asked = await stack.client.send(login.code, { input: { email, password } })
  expect(asked.data.login.verification).toMatchObject({ methods: expect.any(Array) })
})

test('docs/frontends.md: who is there, signed in or not', async () => {
  const { code } = example('docs/frontends.md', 'Ask who is there', 'graphql')
  expect((await send(code)).data.viewer.user.email).toBe(email)
  const nobody = await send(code, {})
  expect(nobody.errors).toEqual([])
  expect(nobody.data.viewer).toBeNull()
})
