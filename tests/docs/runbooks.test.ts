// Nothing in the runbooks that is not there when somebody needs it at night: commands with their options, paths, metrics, fields of
// the log, settings, codes, and the words of supergraph.yaml are those of the product.
import { existsSync, readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { enduranceKeys } from '../../gateway/subgraph/endurance.ts'
import { OUTCOMES } from '../../gateway/subgraph/measures.ts'
import { commands } from '../../scripts/commands.ts'
import { readRequest } from '../../scripts/operator/arguments.ts'
import type { Command } from '../../scripts/operator/command.ts'

const page = readFileSync('docs/runbooks.md', 'utf8')
const operators = readFileSync('docs/operators.md', 'utf8')
const words = [...new Set([...page.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))]

const sectionOf = (heading: string): string => {
  const [, section = ''] =
    new RegExp(`^#{2,3} ${heading}$([\\s\\S]*?)^#{2,3} `, 'm').exec(operators) ?? []
  expect(section, `docs/operators.md has no section "${heading}"`).not.toBe('')
  return section
}
const codeIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
const firstColumn = (text: string) =>
  [...text.matchAll(/^\| ([^|]*`[^|]*) \|/gm)].flatMap(([, cell = '']) => codeIn(cell))

// What tests/docs/metrics.test.ts, tests/docs.test.ts and tests/gateway/request-log.test.ts prove against the code.
const metrics = new Map(
  firstColumn(sectionOf('Metrics')).map((code) => {
    const [, name = '', labels = ''] = /^(\w+)(?:\{([\w,]+)\})?$/.exec(code) ?? []
    return [name, labels.split(',')] as const
  }),
)
const logFields = new Set(firstColumn(sectionOf('The log')))
const settings = new Set(firstColumn(readFileSync('docs/settings.md', 'utf8')))
const codes = new Set([
  ...codeIn(readFileSync('docs/errors.md', 'utf8')),
  ...firstColumn(sectionOf('Load shedding')),
])
const steps = [
  ...readFileSync('gateway/pipeline.ts', 'utf8').matchAll(/^ {4}\['([a-z-]+)', /gm),
].map(([, step = '']) => step)
const rootFields = Object.keys(
  buildSchema(readFileSync('schema/api.graphql', 'utf8')).getQueryType()?.getFields() ?? {},
)
const OF_SUPERGRAPH_YAML = [...Object.keys(enduranceKeys), 'routing_url', 'timeoutMs', 'openMs']
/** Of documents: the mode; of subgraphs: the name of the one that is always there. */
const NAMES = ['enforce', 'auth']
const OF_THE_MACHINE = ['dmesg', 'pg_stat_activity']
const PATHS = ['/metrics', '/health/live', '/health/ready']

const KINDS: readonly (readonly [kind: string, is: (word: string) => boolean])[] = [
  ['a command', (word) => word.startsWith('sallyport ') && isCommand(word)],
  ['a file', (word) => word.includes('/') && existsSync(word)],
  ['a path', (word) => PATHS.includes(word)],
  ['a metric', isMetric],
  ['a field of the log', (word) => logFields.has(word)],
  ['a setting', (word) => settings.has(word)],
  ['a code or a reason', (word) => codes.has(word)],
  ['a step', (word) => steps.includes(word)],
  ['an outcome', (word) => (OUTCOMES as readonly string[]).includes(word)],
  ['of supergraph.yaml', (word) => OF_SUPERGRAPH_YAML.includes(word)],
  ['a root field', (word) => rootFields.includes(word)],
  ['a name', (word) => [...NAMES, ...OF_THE_MACHINE].includes(word)],
]

function isMetric(word: string): boolean {
  const [, name = '', labels] = /^(sallyport_\w+)(?:\{([\w,]+)\})?$/.exec(word) ?? []
  const known = metrics.get(name)
  return known !== undefined && (labels?.split(',') ?? []).every((label) => known.includes(label))
}

/** Read as the command line reads it; what a person fills in is filled in. */
function isCommand(word: string): boolean {
  const argv = word
    .replace(/<[^>]+>/g, 'x')
    .split(' ')
    .slice(1)
  const name = [argv.slice(0, 2).join(' '), argv[0] ?? ''].find((one) => one in commands)
  if (name === undefined) return false
  const options: Command['options'] = commands[name]?.options ?? {}
  const given = new Set(argv.filter((one) => one.startsWith('--')).map((one) => one.slice(2)))
  const last = argv.at(-1)?.replace(/^--/, '') ?? ''
  const missing = Object.entries(options).flatMap(([option, { value, isRequired }]) => {
    if (given.has(option)) return value !== undefined && option === last ? ['x'] : []
    return isRequired ? [`--${option}`, 'x'] : []
  })
  return readRequest([...argv, ...missing], commands).kind === 'run'
}

test('there is something to look at of every kind', () => {
  expect(words.length).toBeGreaterThan(40)
  expect(metrics.size).toBeGreaterThan(20)
  for (const [kind, is] of KINDS) expect([kind, words.filter(is).length > 0]).toEqual([kind, true])
})

describe('docs/runbooks.md', () => {
  test.each(words)('`%s` is one of them', (word) => {
    expect(KINDS.filter(([, is]) => is(word)).map(([kind]) => kind)).not.toEqual([])
  })
})

test.each([
  'sallyport subgraph accept <id>',
  'sallyport usage --fields',
  'sallyport_shed',
  'sallyport_shed_total{reason}',
  'rootField',
  'OPERATION_CACHE',
])('`%s`, which is not there, would be found', (word) => {
  const found = () => KINDS.some(([, is]) => is(word))
  expect(orThrows(found)).toBe(false)
})

function orThrows(ask: () => boolean): boolean {
  try {
    return ask()
  } catch {
    return false
  }
}
