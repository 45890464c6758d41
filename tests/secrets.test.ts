// Canaries in every input: none may show up in a log line, an audit row, an event or an answer.
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from './client.ts'
import { type Stack, startStack } from './harness.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
} from './people.ts'

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
  const tables = await Promise.all(
    ['audit_events', 'outbox_events', 'mail_outbox', 'verifications'].map((table) =>
      stack.db(table).select('*'),
    ),
  )
  expect(lines.length).toBeGreaterThan(5)
  expect(answers.filter((answer) => answer.includes(CANARY))).toEqual([])
  expect(lines.filter((line) => line.includes(CANARY))).toEqual([])
  expect(JSON.stringify(tables)).not.toContain(CANARY)
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
