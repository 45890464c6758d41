// What an API key is bound to beside roles and scopes: kept by auth, told to gateways, and enforced before anything is planned.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { readMetricsText, sumOf } from '../metrics-text.ts'
import { type Person, registerPerson } from '../people.ts'

const BINDINGS =
  'rateLimit { max windowSeconds } rootFields trustedDocumentsOnly costBudget { perOperation perWindow windowSeconds }'
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key secret apiKey { id ${BINDINGS} } } }`
const UPDATE = `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { ${BINDINGS} } }`
const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key secret apiKey { ${BINDINGS} } } }`
const KIND = '{ viewer { kind } }'
const PRODUCTS = '{ products(first: 2) { edges { node { id } } } }'
const HOUR = 3600

let folder: string
let stack: Stack
let person: Person

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-bindings-'))
  await cp('schema', folder, { recursive: true })
  const file = join(folder, 'supergraph.yaml')
  const yaml = await readFile(file, 'utf8')
  await writeFile(file, `${yaml}\ndocuments: { mode: off, manifest: trusted.json }\n`)
  await writeFile(join(folder, 'trusted.json'), JSON.stringify({ kind: KIND }))
  stack = await startStack({
    reviews: true,
    env: { SUPERGRAPH_CONFIG: file, API_KEY_VERIFICATION: 'off' },
  })
  person = await registerPerson(stack)
})
afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
})

const headersOf = (of: { readonly key: string; readonly secret: string }) => ({
  'x-api-key': of.key,
  'x-api-secret': of.secret,
})

async function createKey(input: object) {
  const variables = { input: { name: 'bound', ...input } }
  const answer = await stack.client.send(CREATE, variables, person.headers)
  if (answer.errors.length > 0) throw new Error(answer.text)
  const made = answer.data.createApiKey
  const headers = headersOf(made)
  return {
    id: made.apiKey.id as string,
    shown: made.apiKey,
    headers,
    ask: (document = KIND) => stack.client.send(document, {}, headers),
  }
}

const change = (id: string, input: object) =>
  stack.client.send(UPDATE, { input: { id, ...input } }, person.headers)

/** Status, and code with reason of a refusal. */
function told({ status, errors }: GraphqlAnswer): string {
  const { code, reason }: Readonly<Record<string, unknown>> = errors[0]?.extensions ?? {}
  return [status, code, reason].filter((word) => word !== undefined).join(' ')
}

const fetchesOf = async () =>
  sumOf(
    await readMetricsText(stack.gateways[0]?.adminUrl ?? ''),
    'sallyport_subgraph_requests_total',
  )

test('a key without bindings is bound to nothing', async () => {
  const { shown, ask } = await createKey({})
  expect(shown).toMatchObject({
    rateLimit: null,
    rootFields: null,
    trustedDocumentsOnly: false,
    costBudget: null,
  })
  for (const document of [KIND, PRODUCTS]) expect(told(await ask(document))).toBe('200')
})

describe('its own rate limit', () => {
  test('so many requests in a window, then 429 until it ends; another key of its owner goes on', async () => {
    const one = await createKey({ rateLimit: { max: 3, windowSeconds: HOUR } })
    const other = await createKey({ rateLimit: { max: 3, windowSeconds: HOUR } })
    const found = []
    for (let turn = 0; turn < 4; turn += 1) found.push(told(await one.ask()))
    expect(found).toEqual(['200', '200', '200', '429 RATE_LIMITED'])
    const { headers, errors } = await one.ask()
    expect(headers.get('ratelimit-limit')).toBe('3')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(HOUR - 120)
    expect(errors[0]?.extensions.retryAfterSeconds).toBe(Number(headers.get('retry-after')))
    expect(told(await other.ask())).toBe('200')
  })

  test('a new secret has the same limit, and what was used of it stays used', async () => {
    const key = await createKey({ rateLimit: { max: 2, windowSeconds: HOUR } })
    expect([told(await key.ask()), told(await key.ask())]).toEqual(['200', '200'])
    const rotated = await stack.client.send(ROTATE, { input: { id: key.id } }, person.headers)
    expect(rotated.data.rotateApiKey.apiKey.rateLimit).toEqual({ max: 2, windowSeconds: HOUR })
    const fresh = headersOf(rotated.data.rotateApiKey)
    expect(told(await stack.client.send(KIND, {}, fresh))).toBe('429 RATE_LIMITED')
    expect(told(await key.ask())).toBe('429 RATE_LIMITED')
  })
})

describe('root fields', () => {
  test('it asks for those alone, under whatever alias; what is refused asks no subgraph', async () => {
    const { ask } = await createKey({ rootFields: ['Query.viewer', 'Mutation.addReview'] })
    expect(told(await ask())).toBe('200')
    expect(told(await ask('{ __typename again: viewer { kind } }'))).toBe('200')
    const before = await fetchesOf()
    for (const document of [
      PRODUCTS,
      '{ viewer { kind } viewer2: products(first: 1) { edges { cursor } } }',
      'query A { ...F } fragment F on Query { products(first: 1) { edges { cursor } } }',
      'mutation { revokeApiKey(input: { id: "key_1" }) { id } }',
      '{ __schema { queryType { name } } }',
    ]) {
      expect(told(await ask(document))).toBe('403 FORBIDDEN KEY_FIELD_NOT_ALLOWED')
    }
    expect(await fetchesOf()).toBe(before)
  })

  test('a field is bound by its name and its kind: a query is not a mutation', async () => {
    const { ask } = await createKey({ rootFields: ['Mutation.viewer'] })
    expect(told(await ask())).toBe('403 FORBIDDEN KEY_FIELD_NOT_ALLOWED')
  })
})

describe('trusted documents', () => {
  test('it asks with those of the manifest alone, though the graph takes any', async () => {
    const { ask } = await createKey({ trustedDocumentsOnly: true })
    expect(told(await ask(KIND))).toBe('200')
    expect(told(await ask('{\n  viewer {\n    kind\n  }\n}'))).toBe('200')
    expect(told(await ask('{ viewer { kind roles } }'))).toBe('400 DOCUMENT_NOT_TRUSTED')
    expect(told(await stack.client.send('{ viewer { kind roles } }'))).toBe('200')
  })
})

describe('a cost budget', () => {
  const TWO =
    '{ products(first: 2) { edges { node { id } } } again: products { edges { cursor } } }'

  test('of one operation: what costs more is refused with both numbers, before any fetch', async () => {
    const { ask } = await createKey({ costBudget: { perOperation: 3 } })
    expect(told(await ask(PRODUCTS))).toBe('200')
    const before = await fetchesOf()
    const { status, errors } = await ask(TWO)
    expect([status, errors[0]?.extensions]).toMatchObject([
      400,
      { code: 'OPERATION_TOO_COMPLEX', limit: 'keyCost', value: 5, maximum: 3 },
    ])
    expect(await fetchesOf()).toBe(before)
  })

  test('of a window: it is spent by what operations cost, whatever they are, then 429', async () => {
    const { ask } = await createKey({ costBudget: { perWindow: 7, windowSeconds: HOUR } })
    const found = []
    for (const document of [PRODUCTS, PRODUCTS, KIND, KIND]) found.push(told(await ask(document)))
    expect(found).toEqual(['200', '200', '200', '429 RATE_LIMITED'])
    // Dearer than a whole window: waiting would not help.
    const large = await createKey({ costBudget: { perWindow: 4, windowSeconds: HOUR } })
    expect(told(await large.ask(TWO))).toBe('400 OPERATION_TOO_COMPLEX')
    expect(told(await large.ask(PRODUCTS))).toBe('200')
  })
})

describe('an update binds more, and never less', () => {
  const all = {
    rateLimit: { max: 10, windowSeconds: 60 },
    rootFields: ['Query.viewer', 'Query.products'],
    trustedDocumentsOnly: true,
    costBudget: { perOperation: 10, perWindow: 100, windowSeconds: 60 },
  }

  test.each([
    ['rateLimit.max', { rateLimit: { max: 11, windowSeconds: 60 } }],
    ['rateLimit.windowSeconds', { rateLimit: { max: 10, windowSeconds: 59 } }],
    ['rootFields', { rootFields: ['Query.viewer', 'Query.users'] }],
    ['trustedDocumentsOnly', { trustedDocumentsOnly: false }],
    ['costBudget.perOperation', { costBudget: { perOperation: 11 } }],
    ['costBudget.perWindow', { costBudget: { perWindow: 101, windowSeconds: 60 } }],
    ['costBudget.windowSeconds', { costBudget: { perWindow: 100, windowSeconds: 30 } }],
  ])('%s is not widened', async (path, wider) => {
    const { id } = await createKey(all)
    const { code, errors } = await change(id, wider)
    expect([code, errors[0]?.extensions.fields]).toMatchObject([
      'BAD_USER_INPUT',
      [{ path: `input.${path}` }],
    ])
    expect((await change(id, {})).data.updateApiKey).toEqual(all)
  })

  test('what is tightened counts at the gateway at once, and the rest stays', async () => {
    const key = await createKey({ rootFields: ['Query.viewer', 'Query.products'] })
    expect(told(await key.ask(PRODUCTS))).toBe('200')
    const tighter = { rootFields: ['Query.viewer'], costBudget: { perOperation: 5 } }
    const { data } = await change(key.id, tighter)
    expect(data.updateApiKey).toEqual({
      rateLimit: null,
      trustedDocumentsOnly: false,
      rootFields: ['Query.viewer'],
      costBudget: { perOperation: 5, perWindow: null, windowSeconds: null },
    })
    await expect
      .poll(async () => told(await key.ask(PRODUCTS)))
      .toBe('403 FORBIDDEN KEY_FIELD_NOT_ALLOWED')
  })

  test.each([
    [{ rateLimit: { max: 0, windowSeconds: 60 } }],
    [{ rateLimit: { max: 1, windowSeconds: 604_801 } }],
    [{ rootFields: [] }],
    [{ rootFields: ['viewer'] }],
    [{ rootFields: ['User.email'] }],
    [{ costBudget: {} }],
    [{ costBudget: { perWindow: 5 } }],
    [{ costBudget: { windowSeconds: 5 } }],
  ])('%j is bad input', async (input) => {
    const variables = { input: { name: 'bound', ...input } }
    const answer = await stack.client.send(CREATE, variables, person.headers)
    expect(answer.code).toBe('BAD_USER_INPUT')
  })
})
