// Whatever characters subgraphs send, in whichever of them they stand: clients read the same, and so does who is asked next.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GraphFixture, startGraph } from '../graph-fixture.ts'
import { createPick, pickOne } from './monolith/random.ts'

const TEXTS = [
  'plain',
  '',
  '"',
  'a "quoted" word',
  '\\',
  '\\"',
  'C:\\new\\table',
  '\n\r\t\b\f',
  '\u0000',
  '\u001f',
  '\u007f\u0080',
  'ä ß é',
  '漢字',
  '\u2028\u2029',
  '😀',
  '\ud83d\ude00 \\ud83d',
  '\u0000123456789012345678901',
  '12345678901234567890',
  '","isAdmin":true,"x":"',
  '{"__typename":"Admin"}',
  '\\u0022',
  '</script>',
  '__proto__',
  '\uFEFFmark',
  '\uFFFD',
  'half a character: \ud83d',
]

interface Thing {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly note: string
  readonly json: unknown
}

let graph: GraphFixture
let things: Thing[] = []
/** How a subgraph writes its JSON: escapes are a server's choice (RFC 8259, section 7). */
let writes: Record<'shop' | 'notes', (json: string) => string>

const asIs = (json: string) => json
const escaped = (json: string) =>
  json.replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
const slashed = (json: string) => json.replaceAll('/', '\\/')

beforeAll(async () => {
  const find = ({ id, code }: { id: string; code: string }) =>
    things.find((one) => one.id === id && one.code === code)
  graph = await startGraph({
    auth: { sdl: 'type Query { greeting: String @public }' },
    shop: {
      sdl: /* GraphQL */ `
        type Query { things: [Thing!]! @public }
        type Thing @public @key(fields: "id code") { id: ID! code: String! name: String }
      `,
      resolvers: { Query: { things: () => things } },
      mangle: (answer) => writes.shop(JSON.stringify(answer)),
    },
    notes: {
      sdl: /* GraphQL */ `
        scalar JSON
        type Thing @public @key(fields: "id code") { id: ID! code: String! note: String json: JSON }
      `,
      resolvers: { Thing: { __resolveReference: find } },
      mangle: (answer) => writes.notes(JSON.stringify(answer)),
    },
  })
})
afterAll(() => graph?.[Symbol.asyncDispose]())

test.each(TEXTS.map((text) => JSON.stringify(text)))('%s', async (json) => {
  const text = JSON.parse(json) as string
  const plain = { id: 'i', code: 'c', name: 'n', note: 'o', json: 'j' }
  for (const place of ['id', 'code', 'name', 'note', 'json'] as const) {
    for (const write of [asIs, escaped, slashed]) {
      await expectSame([{ ...plain, [place]: text }], { shop: write, notes: write })
    }
  }
})

test('at random, in many things at once', async () => {
  const pick = createPick(11)
  const writer = () => pickOne(pick, [asIs, escaped, slashed])
  const text = () => (pick(2) === 0 ? 'plain' : pickOne(pick, TEXTS))
  for (let round = 0; round < 60; round += 1) {
    const drawn = Array.from({ length: pick(5) }, (_, index) => ({
      id: `${index}${text()}`,
      code: text(),
      name: text(),
      note: text(),
      json: pick(2) === 0 ? text() : { [`key ${text()}`]: [text(), pick(9), null] },
    }))
    await expectSame(drawn, { shop: writer(), notes: writer() })
  }
})

async function expectSame(drawn: Thing[], how: typeof writes): Promise<void> {
  things = drawn
  writes = how
  const { data, errors } = await graph.ask('{ things { id code name note json } }')
  expect(errors).toBeUndefined()
  expect(data).toEqual({ things: drawn })
}
