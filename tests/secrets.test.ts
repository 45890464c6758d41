// Canaries in every input: none may show up in a log line, an audit row, an event or an answer.
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from './client.ts'
import { type Stack, startStack } from './harness.ts'
import { linkToken } from './mailbox.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
} from './people.ts'
import { createWatchedLog } from './watched-log.ts'

const CANARY = 'canary7f3a9c'
const lines: string[] = []
let stack: Stack

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  stack = await startStack({ log })
})
afterAll(async () => {
  await stack?.stop()
})

async function post(
  body: string,
  headers: Record<string, string> = {},
  path = '',
): Promise<string> {
  const response = await fetch(stack.client.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return `${[...response.headers].join()} ${await response.text()}`
}

/** Every row of every table, as one text. */
async function everythingStored(): Promise<string> {
  const tables = await stack.db('pg_tables').where('schemaname', 'public').pluck('tablename')
  expect(tables.length).toBeGreaterThan(15)
  return JSON.stringify(await Promise.all(tables.map((table) => stack.db(table).select('*'))))
}

test('no secret of a request reaches logs, audit, events or answers', async () => {
  const person = await registerPerson(stack)
  const answers = [
    await post(
      JSON.stringify({
        query: REGISTER,
        variables: { input: { email: newEmail(), password: CANARY } },
      }),
    ),
    await post(
      JSON.stringify({
        query: LOGIN,
        variables: { input: { email: person.email, password: CANARY } },
      }),
    ),
    await post(
      JSON.stringify({
        query: VERIFY,
        variables: { input: { verificationId: `ver_${CANARY}`, code: CANARY } },
      }),
    ),
    await post(
      JSON.stringify({
        query: `mutation { login(input: { email: "a@b.c", password: "${CANARY}" }) { __typename } }`,
      }),
    ),
    await post(
      JSON.stringify({
        query: `mutation { login(input: { email: "a@b.c", password: ["${CANARY}"] }) { __typename } }`,
      }),
    ),
    await post(
      JSON.stringify({ query: REGISTER, variables: { input: { email: 5, password: [CANARY] } } }),
    ),
    await post(`{"query": "{ viewer { kind } }", "variables": {"password": "${CANARY}"`),
    await post('{"query":"{ viewer { kind } }"}', {
      authorization: `Bearer ${CANARY}.${CANARY}.${CANARY}`,
    }),
    await post('{"query":"{ viewer { kind } }"}', {
      'x-api-key': `spk_test_${CANARY}`,
      'x-api-secret': CANARY,
    }),
    await post('{"query":"{ viewer { kind } }"}', {
      cookie: `__Host-access=${CANARY}; __Host-refresh=${CANARY}`,
    }),
    await post('{"query":"{ viewer { kind } }"}', { 'sallyport-identity': CANARY }),
    await post('{"query":"{ viewer { kind } }"}', {}, `?access_token=${CANARY}`),
    (await refreshWith(stack.client, `srt_${CANARY}`)).text,
  ]
  expect(lines.length).toBeGreaterThan(5)
  expect(answers.filter((answer) => answer.includes(CANARY))).toEqual([])
  expect(lines.filter((line) => line.includes(CANARY))).toEqual([])
  expect(await everythingStored()).not.toContain(CANARY)
})

test('neither does what changes an account: passwords, codes and the tokens of links', async () => {
  const { headers } = await registerPerson(stack)
  const long = `${CANARY} and more of it`
  const inputs = {
    changePassword: { currentPassword: CANARY, newPassword: long },
    reauthenticate: { password: CANARY },
    resetPassword: { token: `${CANARY}.${CANARY}`, newPassword: long },
    denySession: { token: CANARY },
    undoEmailChange: { token: CANARY },
    verifyEmail: { verificationId: CANARY, code: CANARY },
    verifyApiKey: { verificationId: CANARY, code: CANARY },
    confirmAccountDeletion: { verificationId: CANARY, code: CANARY },
    resendVerification: { verificationId: CANARY },
    logout: { scope: 'CURRENT', refreshToken: `srt_${CANARY}` },
  }
  const answers: string[] = []
  for (const [name, input] of Object.entries(inputs)) {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
    const query = `mutation ($input: ${type}) { ${name}(input: $input) { __typename } }`
    const strict = query.replace(`${type})`, `${type}!)`)
    const answer = await stack.client.send(name === 'logout' ? query : strict, { input }, headers)
    expect(answer.status, name).toBe(200)
    answers.push(answer.text)
  }
  answers.push(
    (await stack.client.send(`{ erasureStatus(receiptId: "rcp_${CANARY}") { status } }`)).text,
  )
  expect(answers.filter((answer) => answer.includes(CANARY))).toEqual([])
  expect(lines.filter((line) => line.includes(CANARY))).toEqual([])
  expect(await everythingStored()).not.toContain(CANARY)
})

test('the tokens of mailed links and the receipt of an erasure are in no log line and no table', async () => {
  const { email, headers } = await registerPerson(stack)
  const send = async (query: string) => (await stack.client.send(query, {}, headers)).data
  const secrets: string[] = []
  await send(`mutation { requestPasswordReset(input: { email: "${email}" }) { id } }`)
  await send(`mutation { addEmail(input: { email: "${newEmail()}" }) { id } }`)
  const mail = await stack.mailbox.take(email)
  secrets.push(linkToken(mail.text, 'reset-password'))
  const { deleteAccount } = await send('mutation { deleteAccount { verification { id } } }')
  const { id } = deleteAccount.verification
  const code = await stack.mailbox.takeCode(email)
  // Before the person is erased, and what is left afterwards.
  const storedBefore = await everythingStored()
  const confirmed = await send(
    `mutation { confirmAccountDeletion(input: { verificationId: "${id}", code: "${code}" }) { receiptId } }`,
  )
  secrets.push(id, code, confirmed.confirmAccountDeletion.receiptId)
  const stored = storedBefore + (await everythingStored())
  for (const secret of secrets) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([])
    expect(stored).not.toContain(secret)
  }
})

test('issued tokens, secrets of API keys, codes and ids of verifications are in no log line', async () => {
  const person = await registerPerson(stack)
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  const { accessToken, refreshToken } = refreshed.data.refresh.tokens
  const created = await stack.client.send(
    'mutation { createApiKey(input: { name: "x" }) { key secret verification { id } } }',
    {},
    bearer(accessToken),
  )
  const { key, secret: apiSecret, verification } = created.data.createApiKey
  const code = await stack.mailbox.takeCode(person.email)
  const input = { verificationId: verification.id, code }
  await stack.client.send(
    'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { status } }',
    { input },
    bearer(accessToken),
  )
  const asKey = { 'x-api-key': key, 'x-api-secret': apiSecret }
  expect((await stack.client.send('{ viewer { kind } }', {}, asKey)).status).toBe(200)
  const begun = await stack.client.send(REGISTER, {
    input: { email: newEmail(), password: PASSWORD },
  })
  const codes = stack.mailbox.messages.map((mail) => mail.code).filter((code) => code !== null)
  expect(codes.length).toBeGreaterThan(1)
  for (const secret of [
    person.accessToken,
    person.refreshToken,
    accessToken,
    refreshToken,
    person.deviceToken,
    apiSecret,
    verification.id,
    begun.data.register.verification.id,
    PASSWORD,
    ...codes,
  ]) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([])
  }
})

test('every log line is one line of JSON, whatever the request holds', async () => {
  await post('{"query":"{ viewer { kind } }\\n\\u001b[31m"}', {
    'user-agent': 'evil \\r\\n"} agent',
  })
  await stack.client.send('query Evil { viewer { kind } }')
  for (const line of lines) {
    expect(line.trimEnd()).not.toMatch(/[\n\r]/)
    expect(line).not.toContain(String.fromCharCode(27))
    expect(() => JSON.parse(line)).not.toThrow()
  }
})

test('the log of every other stack of the suite is looked at: what holds a credential would be found', async () => {
  const person = await registerPerson(stack)
  const tokens = [
    person.refreshToken,
    person.accessToken,
    person.deviceToken,
    `sps_test_${'a1'.repeat(20)}`,
    `scs_${'b2-'.repeat(15).slice(0, 43)}`,
  ]
  for (const secret of [...tokens, PASSWORD]) {
    const watched = createWatchedLog()
    watched.log.info({ detail: secret.slice(0, 12) }, 'a beginning says little')
    watched.expectNoCredentials()
    watched.log.info({ detail: secret }, 'it is under a name that nobody redacts')
    expect(() => watched.expectNoCredentials()).toThrow('the log holds credentials')
  }
  // In a text of a library's making they are recognised.
  const watched = createWatchedLog()
  for (const token of tokens) watched.log.info(`what came back was ${token}`)
  watched.expectNoCredentials()
})
