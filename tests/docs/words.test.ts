// Words that keep coming back and that no native speaker would write: each with what to write in its place.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What may follow "is no". */
const FINE =
  'longer|more|such|less|harder|better|worse|later|older|other|matter|doubt|different|use|good|help|one|reason|sooner|faster|slower|cheaper|smaller|larger|younger'

const PATTERNS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [new RegExp(`(?<!\\b[Tt]here )\\b(?:is|was|be) no (?!(?:${FINE})\\b)[A-Za-z]`), 'is not a …'],
  [/\b(?:is|was) none of\b/, 'is not one of'],
  [/\bmust be a text\b|\bis not a text\b/, 'a string'],
  [/\blists? of texts\b/, 'list of strings'],
  [
    /\b(?:works?|has|have|is|are|can|may|does|do)\b[^.,;:]{0,30} no more(?=[.,;:]|$)/,
    'no longer works',
  ],
  [/\bsome(?:what|one|thing) else than\b/, 'something other than'],
  [/\bWhoever\b/, 'Anyone who'],
  [/\b(?:database|auth|Redis|NATS|PostgreSQL|subgraph) (?:is|was) away\b/, 'is unavailable'],
]

const SELF = 'tests/docs/words.test.ts'
/** Migrations are history, and stay as they ran. */
const OUTSIDE = /^migrations\//

const files = execFileSync(
  'git',
  ['ls-files', '*.ts', '*.js', '*.md', '*.yaml', '*.graphql', '.env.example'],
  {
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((file) => file !== SELF && !OUTSIDE.test(file))

/** What is wrong in a line, or null. */
function judge(line: string): string | null {
  const found = PATTERNS.find(([pattern]) => pattern.test(line))
  return found === undefined ? null : `"${found[0].exec(line)?.[0]}": ${found[1]}`
}

test('the sources and the pages use words that people use', () => {
  expect(files.length).toBeGreaterThan(500)
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const problem = judge(line)
        return problem === null ? [] : [`${file}:${index + 1}: ${problem}`]
      }),
  )
  expect(found).toEqual([])
})

/** Words with one meaning, and where it is meant: elsewhere in their field they would have another. */
const ONE_MEANING = [
  {
    word: /\bturns?\b/i,
    field: /^subgraphs\/auth\/.*\.[jt]s$/,
    home: /^subgraphs\/auth\/(?:sessions\/|mail\/texts\/)/,
    meaning: 'the part of a refresh token that is new at every use',
  },
  {
    // What a table or a column is called stays as it was made: `audit_seals`, `sealed_successor`.
    word: /(?<![\w'])(?:un)?seal(?:s|ed|er|ers|ing)?\b(?!_)/i,
    field: /^(?:subgraphs|claims|platform|scripts|docs)\/.*\.(?:[jt]s|md)$/,
    home: /^docs\/(?:architecture|subgraphs|security)\.md$/,
    meaning: 'what no other subgraph may touch of auth',
  },
  {
    word: /(?<![-\w/.`'(])(?<!(?:e-mail|network|client|IP) )address(?:es)?\b(?!['_\w(:-]| rules?\b| lists?\b)/i,
    field: /^(?:docs\/(?:accounts|audit|settings)\.md|subgraphs\/auth\/.*\.ts)$/,
    home: /^subgraphs\/auth\/(?:mail\/texts\/)/,
    meaning: 'an e-mail address or a network address: which one, where both are spoken of',
    beside: /(?:network|client|IP) address|\bipAddress\b|\bCIDR\b/,
  },
] as const

test.each(ONE_MEANING)('$word means $meaning', ({ word, field, home, ...rest }) => {
  const both = 'beside' in rest ? rest.beside : null
  const looked = files.filter((file) => field.test(file) && !home.test(file))
  expect(looked.length).toBeGreaterThan(3)
  const found = looked.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    if (both !== null && !(both.test(text) && /e-mail|email|mailbox/i.test(text))) return []
    return text.split('\n').flatMap((line, index) => {
      const prose = file.endsWith('.md')
        ? line.replace(/`[^`]*`/g, '')
        : proseOf(line, both !== null)
      return word.test(prose) ? [`${file}:${index + 1}: ${prose.trim()}`] : []
    })
  })
  expect(found).toEqual([])
})

/** Code has names of its own for an address: there comments alone count. */
function proseOf(line: string, isCommentAlone: boolean): string {
  if (!isCommentAlone) return line
  return /^\s*(?:\/\/|\/?\*)/.test(line) ? line.replace(/`[^`]*`/g, '') : ''
}

test.each([
  'the answer is no JSON',
  'the token is no string',
  'it is none of ours',
  '"query" must be a text.',
  'a list of texts',
  'the old link works no more.',
  'something else than that',
  'Whoever asks',
  'while auth is away',
])('"%s" is found', (line) => {
  expect(judge(line)).not.toBeNull()
})

test.each([
  'there is no key',
  'it is no longer valid',
  'it is no reason to refuse',
  'costs no more than that',
])('"%s" is fine', (line) => {
  expect(judge(line)).toBeNull()
})
