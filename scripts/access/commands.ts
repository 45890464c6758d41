// `access matrix`, `access explain`, `access diff`: who may read which field, why, and what changed. They read files, and start nothing.
import { readFileSync } from 'node:fs'
import { findConfigPath, isFile } from '../graph/config-path.ts'
import { type Command, type Given, UsageError } from '../operator/command.ts'
import { callerOf, callerOptions } from './caller.ts'

const config = { value: '<supergraph.yaml>' } as const

export const accessCommands = {
  'access matrix': {
    help: `Says of each field who may read it: everybody, whoever is signed in, and each role that a rule names. "proof" stands for a
proved address, a second factor or a recent sign-in beside it, "scope" for the scopes of the rule.
Fields without a rule of their own, of values that others lead to, are left out; --all has them too ("-").
--role asks about other roles. --format csv or json instead of a table.`,
    options: {
      config,
      all: {},
      role: { value: '<name>', isRepeated: true },
      format: { value: 'table|csv|json' },
    },
    run: async (given) => {
      const { formatOf, printMatrix } = await import('./print.ts')
      const format = formatOf(given.format, ['table', 'csv', 'json'])
      const { createMatrix } = await import('../../gateway/explain/matrix.ts')
      const graph = await open(given)
      const isAsked = ({ guards }: { guards: readonly unknown[] }) => guards.length > 0
      const fields = given.all === true ? graph.fields : graph.fields.filter(isAsked)
      const roles = given.role === undefined ? {} : { roles: [given.role].flat().map(String) }
      const matrix = createMatrix(fields, { nowSeconds: nowSeconds(), ...roles })
      return { said: printMatrix(matrix, format), isComplete: true }
    },
  },
  'access explain': {
    help: `Says of one document, a file or its text, whether one caller gets it, and which rule decides that, with file and line.
The caller is nobody, or whoever the options describe. --fresh says how long ago they proved who they are.
Ends with exit code 1 when the document is not answered whole.`,
    options: {
      document: { value: '<file or text>', isRequired: true },
      operation: { value: '<name>' },
      config,
      ...callerOptions,
      format: { value: 'table|json' },
    },
    run: async (given) => {
      const { formatOf, printExplanation } = await import('./print.ts')
      const format = formatOf(given.format, ['table', 'json'])
      const claims = callerOf(given, nowSeconds())
      const document = documentOf(String(given.document))
      const { explain } = await import('../../gateway/explain/explain.ts')
      const graph = await open(given)
      const operationName = given.operation === undefined ? null : String(given.operation)
      const question = { document, operationName, claims, nowSeconds: nowSeconds() }
      const found = explain(question, { ...graph, ...graph.config })
      return { said: printExplanation(found, format), isComplete: found.verdict === 'answered' }
    },
  },
  'access diff': {
    help: `Says what changed in who may read which field since a commit (--against main), another supergraph.yaml, or a composed
supergraph that was kept. Ends with exit code 1 when somebody gained access, or when a new field has no rule of its own or of its
type. With --allow-default a new field may take the "access" of its subgraph.`,
    options: {
      against: { value: '<commit or file>', isRequired: true },
      config,
      'allow-default': {},
      format: { value: 'table|json' },
    },
    run: async (given) => {
      const { formatOf, printChanges } = await import('./print.ts')
      const format = formatOf(given.format, ['table', 'json'])
      const { compareAccess, failing } = await import('../../gateway/explain/compare.ts')
      const { openEarlierGraph } = await import('./earlier-graph.ts')
      const configPath = findConfigPath(given.config)
      const after = await open(given)
      const before = await openEarlierGraph(String(given.against), { configPath })
      const changes = compareAccess(before, after, { nowSeconds: nowSeconds() })
      const isAllowed = given['allow-default'] === true
      const bad = changes.filter(
        ({ kind }) => failing.has(kind) && !(isAllowed && kind === 'unruled'),
      )
      return { said: printChanges(changes, format), isComplete: bad.length === 0 }
    },
  },
} satisfies Record<string, Command>

async function open(given: Given) {
  const { openGraph } = await import('./open-graph.ts')
  return openGraph({ configPath: findConfigPath(given.config) })
}

function documentOf(text: string): string {
  if (isFile(text)) return readFileSync(text, 'utf8')
  if (/[{]/.test(text)) return text
  throw new UsageError(`--document ${text} is neither a file nor a GraphQL document.`)
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
