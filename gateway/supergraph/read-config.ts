// Reads supergraph.yaml: Rover's keys plus ours, completed, checked at once, frozen. Every problem is named with its line.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { z } from 'zod'
import { problemInWords } from '../../platform/problem-words.ts'
import { completeEntries, isRecord } from './complete-entries.ts'
import { type SupergraphConfig, SupergraphConfigError, type Variables } from './config.ts'
import { fileSchema, isKnownKey } from './config-schema.ts'
import { type Problem, problemsOfEntry, problemsOfOwn } from './judge-entries.ts'
import { toSubgraph } from './subgraph-of-entry.ts'
import { type Lines, readYaml } from './yaml-lines.ts'

export interface ReadOptions {
  /** What `${NAME}` stands for. */
  readonly variables: Variables
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number
  /** Named in errors. Default: `supergraph.yaml`. */
  readonly source?: string
}

const BEGINNING = 'begin it with subgraphs: { orders: { routing_url: … } }'

/**
 * Reads and checks the file at `path`.
 *
 * @throws SupergraphConfigError
 */
export function loadSupergraphConfig(path: string, options: ReadOptions): SupergraphConfig {
  return readSupergraphConfig(readFile(path), { source: path, ...options })
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new SupergraphConfigError(path, [
      `${why}: SUPERGRAPH_CONFIG says where it is, and "sallyport init" writes one`,
    ])
  }
}

/**
 * Reads and checks the text of a `supergraph.yaml`.
 *
 * @throws SupergraphConfigError that names every problem, with its line.
 */
export function readSupergraphConfig(text: string, options: ReadOptions): SupergraphConfig {
  const { variables, now = Date.now(), source = 'supergraph.yaml' } = options
  const refuse = (problems: readonly string[]) => {
    if (problems.length > 0) throw new SupergraphConfigError(source, problems)
  }
  const { value, lines, error } = readYaml(text)
  const file = basename(source)
  if (error !== null) refuse([`${file} is not YAML: ${error}`])
  if (!isRecord(value)) refuse([`${file} is empty, or has nothing under names: ${BEGINNING}`])
  const found: Problem[] = []
  found.push(...problemsOfOwn(value))
  const written = substitute(completeEntries(value), variables, [], found)
  const result = fileSchema.safeParse(written, { error: problemInWords })
  found.push(...unknownKeys(value))
  if (!result.success) found.push(...result.error.issues.flatMap(toProblems))
  if (result.success) {
    const entries = Object.entries(result.data.subgraphs)
    found.push(...entries.flatMap(([name, entry]) => problemsOfEntry(name, entry, now)))
  }
  refuse(found.map((problem) => describe(problem, lines, source)))
  const data = result.data as NonNullable<typeof result.data>
  return Object.freeze({
    subgraphs: Object.freeze(
      Object.entries(data.subgraphs).map((entry) => toSubgraph(entry, data.auth)),
    ),
    policiesModule: data.policies?.module ?? null,
    cors: Object.freeze(data.cors),
    rules: Object.freeze(data.rules),
    placeOfRule: (subgraph: string | null, coordinate: string) => {
      const entry = subgraph === null ? [] : ['subgraphs', subgraph]
      return placeIn(source, lines, [...entry, 'rules', coordinate])
    },
    placeOfAuthName: (section: 'names' | 'omit', coordinate: string) =>
      placeIn(source, lines, ['auth', section, keyOfAuthName(value, section, coordinate)]),
    authNames: data.auth,
    scopes: data.scopes,
    denied: data.denied,
    limits: Object.freeze(data.limits),
    documents: data.documents,
    operationLimits: Object.freeze(data.operationLimits),
  })
}

/** `names` are looked up by what they stand for, `omit` is a list. */
function keyOfAuthName(file: unknown, section: 'names' | 'omit', coordinate: string) {
  if (section === 'names') return coordinate
  const { auth } = file as { readonly auth?: { readonly omit?: readonly string[] } }
  return auth?.omit?.indexOf(coordinate) ?? coordinate
}

function unknownKeys(value: unknown): Problem[] {
  const unknown = isRecord(value) ? Object.keys(value).filter((key) => !isKnownKey(key)) : []
  return unknown.map((key) => ({ path: [key], message: 'is not known here' }))
}

/** A key that is not known stands in a line of its own; what is wrong with one the record around it keeps to itself. */
function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'invalid_key')
    return [{ path, message: issue.issues[0]?.message ?? issue.message }]
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known here' }))
}

/** `subgraphs.orders.access: must be … (supergraph.yaml:12)` */
function describe({ path, message }: Problem, lines: Lines, source: string): string {
  const place = placeIn(source, lines, path)
  return `${path.join('.') || 'file'}: ${message}${place === null ? '' : ` (${place})`}`
}

function placeIn(source: string, lines: Lines, path: Problem['path']): string | null {
  const line = lines.of(path)
  return line === null ? null : `${basename(source)}:${line}`
}

/** Puts values in place of `${NAME}`, in values alone, after parsing: a value cannot become YAML. */
function substitute(
  value: unknown,
  variables: Variables,
  path: readonly (string | number)[],
  problems: Problem[],
): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => substitute(item, variables, [...path, index], problems))
  if (isRecord(value) && !(value instanceof Date)) {
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([key, item]) => [key, substitute(item, variables, [...path, key], problems)]),
    )
  }
  if (typeof value !== 'string') return value
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = variables[name]
    if (!found)
      problems.push({ path, message: `\${${name}} is not set; add it to the environment or .env` })
    return found ?? ''
  })
}
