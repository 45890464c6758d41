// No regular expression of ours takes more than linear time: anyone who chooses the text could hold the loop with any that does.
import { describe, expect, test } from 'vitest'
import { collectExpressions } from './collect-expressions.ts'
import { proveLinear } from './prove-linear.ts'

const SOURCES = [
  'gateway',
  'subgraphs',
  'claims',
  'platform',
  'scripts',
  'migrations',
  'main.ts',
] as const

/** What recheck cannot decide, as it stands in the source, and why it is linear all the same. */
const decidedByHand: Readonly<Record<string, string>> = {}

const found = collectExpressions(SOURCES)

describe('the regular expressions of the source', () => {
  test('are found, in enough files to believe that all of them are', () => {
    expect(found.files).toBeGreaterThan(350)
    expect(found.expressions.length).toBeGreaterThan(90)
  })

  test('are all written out, none put together from values', () => {
    expect(found.computed).toEqual([])
  })

  test('are linear, whatever the text', { timeout: 600_000 }, () => {
    const literals = new Set(found.expressions.map(({ source, flags }) => `/${source}/${flags}`))
    expect(Object.keys(decidedByHand).filter((literal) => !literals.has(literal))).toEqual([])
    const open = found.expressions.filter(
      ({ source, flags }) => decidedByHand[`/${source}/${flags}`] === undefined,
    )
    expect(proveLinear(open)).toEqual([])
  })
})

describe('the proof itself', () => {
  const collectIn = (text: string) => collectExpressions([], { 'example.ts': text })

  test('sees every way in which an expression is written', () => {
    const { expressions } = collectIn(`
      const a: RegExp = /a+/u
      const b = new RegExp('b+', 'i')
      const c = RegExp(\`c+\`)
      const d = z.string().regex(/d+/) satisfies unknown
      const e = text.match('e+')
    `)
    expect(expressions.map(({ source }) => source)).toEqual(['a+', 'b+', 'c+', 'd+', 'e+'])
  })

  test('takes no expression that a value is part of', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source that is looked at
    const { computed } = collectIn('new RegExp(`a${name}`)\nRegExp(name)\ntext.search(name)')
    expect(computed).toHaveLength(3)
  })

  test.each([
    ['exponential', '(a+)+b', ''],
    ['quadratic at the end', '[ \\t]+$', ''],
    ['quadratic with a look-ahead', '\\.(?=\\S*[a-z])', 'gi'],
  ])('refuses one that is %s', (_, source, flags) => {
    const [refused] = proveLinear([{ source, flags, place: 'example.ts:1' }])
    expect(refused).toContain(`example.ts:1 /${source}/${flags}`)
  })
})
