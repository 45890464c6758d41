// schema/supergraph.yaml: the one list of subgraphs. Rover's keys plus ours, checked at once, frozen.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { DescribedScopes } from '../../platform/described-scopes.ts'
import { pathOfPattern } from '../announcements/address-pattern.ts'
import type { Announced } from '../announcements/announced.ts'
import type { DocumentsSettings } from '../documents/settings.ts'
import type { RateLimit } from '../rate-limits/settings.ts'
import type { IdentityGrant, IdentityTarget } from '../request-context.ts'
import type { Endurance } from '../subgraph/endurance.ts'
import { isAnnouncedUrl } from '../subgraph/resolve.ts'
import {
  fileSchema,
  GRANTS,
  isKnownKey,
  NEVER_FORWARDED,
  type SubgraphEntry,
} from './config-schema.ts'
import type { OperationLimitSettings } from './operation-limits.ts'
import { type Lines, readYaml } from './yaml-lines.ts'

/** One subgraph as the gateway knows it. */
export interface SubgraphConfig extends IdentityTarget {
  /** The first of `urls`. */
  readonly url: string
  /** Its addresses: each serves the same, and one that fails is passed over. `dns+srv://` leads to more. */
  readonly urls: readonly string[]
  readonly endurance: Endurance
  readonly schema: SchemaSource
  /** Who may say where it is, and what may be said; null: the file says it. */
  readonly announced: Announced | null
  /** What a field without a rule demands. Default: `deny`. */
  readonly access: DefaultAccess
  /** Rules beside those of its SDL, by `Type` or `Type.field`. Default: none. */
  readonly rules: FileRules
  /** Whether its SDL may say `@public`. Default: false. */
  readonly mayDeclarePublic: boolean
  /** Client headers that pass, lower case. Default: none. */
  readonly forwardHeaders: readonly string[]
  /** Default: 5000. */
  readonly timeoutMs: number
  /** Until when (ms since the epoch) its rules are logged and not enforced; `null`: always enforced. */
  readonly dryRunUntil: number | null
}

/** Where a subgraph's SDL comes from. A path is relative to the YAML. */
export type SchemaSource =
  | { readonly file: string }
  | { readonly url: string }
  /** The subgraph itself is asked: `{ _service { sdl } }`. */
  | { readonly subgraphUrl: string }
  /** As this package prints it. */
  | { readonly of: 'auth' | 'gateway' }
  /** The subgraph is asked where it has announced itself. */
  | { readonly announced: true }

export type DefaultAccess = 'public' | 'authenticated' | 'deny'

/** Directives as they would stand in the SDL, by coordinate. */
export type FileRules = Readonly<Record<string, string>>

/** Where a rule of the file stands, as `supergraph.yaml:12`. @param subgraph null: the rules for all. */
export type PlaceOfRule = (subgraph: string | null, coordinate: string) => string | null

/** Pages of other origins, beside `CORS_ORIGINS` and what the gateway itself reads. */
export interface CorsSettings {
  /** Exact origins whose pages may call. Default: none. */
  readonly origins: readonly string[]
  /** Request headers that they may send, lower case. Default: none. */
  readonly headers: readonly string[]
}

export interface SupergraphConfig {
  readonly subgraphs: readonly SubgraphConfig[]
  /** A module beside the YAML with the deployment's own policies; `null`: none. */
  readonly policiesModule: string | null
  readonly cors: CorsSettings
  /** What becomes of a query with fields that its caller may not read. Default: `refuse`. */
  readonly denied: DeniedHandling
  /** How often somebody may ask, beside what `@rateLimit` says. Default: no limit. */
  readonly limits: readonly RateLimit[]
  /** Which documents may be asked with. Default: any. */
  readonly documents: DocumentsSettings
  /** What was set of them; the others have their defaults. */
  readonly operationLimits: OperationLimitSettings
  /** Rules for whatever subgraph has the coordinate, beside those of the SDL. Default: none. */
  readonly rules: FileRules
  readonly placeOfRule: PlaceOfRule
  /** What auth is called in this graph. */
  readonly authNames: AuthNames
  /** What scopes let an app do, in words. Default: none is described. */
  readonly scopes: DescribedScopes
}

/** `refuse`: nothing of it is answered. `filter`: those fields are left out, with an error each, and the rest is answered. */
export type DeniedHandling = 'refuse' | 'filter'

/** Everything that is wrong with a supergraph configuration, in one message. */
export class SupergraphConfigError extends Error {
  override readonly name = 'SupergraphConfigError'
  readonly problems: readonly string[]

  constructor(source: string, problems: readonly string[]) {
    super(`${source} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** The subgraph whose answers make and end credentials. */
export const AUTH_SUBGRAPH = 'auth'
/** An empty entry of this name is the gateway itself. */
const GATEWAY_SUBGRAPH = 'gateway'

/** Answered by the gateway itself: what admins see and do of the graph. */
export function isOwnSubgraph({ schema }: Pick<SubgraphConfig, 'schema'>): boolean {
  return 'of' in schema && schema.of === 'gateway'
}

export type Variables = Readonly<Record<string, string | undefined>>

export interface ReadOptions {
  /** What `${NAME}` stands for. */
  readonly variables: Variables
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number
  /** Named in errors. Default: `supergraph.yaml`. */
  readonly source?: string
}

/**
 * Reads and checks the file at `path`.
 *
 * @throws SupergraphConfigError
 */
export function loadSupergraphConfig(path: string, options: ReadOptions): SupergraphConfig {
  return readSupergraphConfig(readFileSync(path, 'utf8'), { source: path, ...options })
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
  if (error !== null) refuse([`is not YAML: ${error}`])
  const found: Problem[] = []
  found.push(...problemsOfOwn(value))
  const result = fileSchema.safeParse(
    substitute(withAnnounced(withAuth(withOwn(value))), variables, [], found),
  )
  found.push(...unknownKeys(value))
  if (!result.success) found.push(...result.error.issues.map(toProblem))
  if (result.success) {
    const entries = Object.entries(result.data.subgraphs)
    found.push(...entries.flatMap(([name, entry]) => problemsOf(name, entry, now)))
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
    authNames: data.auth,
    scopes: data.scopes,
    denied: data.denied,
    limits: Object.freeze(data.limits),
    documents: data.documents,
    operationLimits: Object.freeze(data.operationLimits),
  })
}

function unknownKeys(value: unknown): Problem[] {
  const unknown = isRecord(value) ? Object.keys(value).filter((key) => !isKnownKey(key)) : []
  return unknown.map((key) => ({ path: [key], message: 'is not known here' }))
}

interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

function toProblem({ path, message }: { path: PropertyKey[]; message: string }): Problem {
  return { path: path.map((part) => (typeof part === 'number' ? part : String(part))), message }
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

/** Auth is always there: what its entry does not say is known. */
function withAuth(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entry = value.subgraphs[AUTH_SUBGRAPH] ?? {}
  if (!isRecord(entry)) return value
  const known = { routing_url: `\${AUTH_URL}`, mayDeclarePublic: true, ...entry }
  return { ...value, subgraphs: { ...value.subgraphs, [AUTH_SUBGRAPH]: known } }
}

const OWN = { routing_url: 'http://gateway.invalid/graphql' }

/** The gateway itself has no address: `gateway: {}`, or another name where a subgraph is called so: `graph: { of: gateway }`. */
function withOwn(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entries = Object.entries(value.subgraphs).map(([name, entry]) =>
    isRecord(entry) && isOwnEntry(name, entry)
      ? [name, { ...OWN, of: GATEWAY_SUBGRAPH, ...entry }]
      : [name, entry],
  )
  return { ...value, subgraphs: Object.fromEntries(entries) }
}

function isOwnEntry(name: string, entry: Record<string, unknown>): boolean {
  return 'of' in entry || (name === GATEWAY_SUBGRAPH && Object.keys(entry).length === 0)
}

/** Of the file as it was written: the defaults are not there yet. */
function problemsOfOwn(value: unknown): Problem[] {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return []
  const own = Object.entries(value.subgraphs).flatMap(([name, entry]) =>
    isRecord(entry) && isOwnEntry(name, entry) ? [{ name, keys: Object.keys(entry) }] : [],
  )
  const [first, ...others] = own
  const path = (name: string) => ['subgraphs', name, 'of']
  return [
    ...own
      .filter(({ keys }) => keys.length > 1)
      .map(({ name }) => ({
        path: path(name),
        message: 'goes alone: nothing about the subgraph of the gateway itself can be set',
      })),
    ...others.map(({ name }) => ({
      path: path(name),
      message: `the gateway itself is "${first?.name}" already`,
    })),
    ...own
      .filter(({ name }) => name === AUTH_SUBGRAPH)
      .map(({ name }) => ({ path: path(name), message: 'auth is a subgraph of its own' })),
  ]
}

/** Where such a subgraph is, its announcements say. */
function withAnnounced(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entries = Object.entries(value.subgraphs).map(([name, entry]) => {
    if (!isRecord(entry) || !isRecord(entry.announce) || 'routing_url' in entry)
      return [name, entry]
    const path = pathOfPattern(String(entry.announce.address))
    return [name, { ...entry, routing_url: `announced://${name}${path}` }]
  })
  return { ...value, subgraphs: Object.fromEntries(entries) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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

function problemsOf(name: string, entry: SubgraphEntry, now: number): Problem[] {
  const path = ['subgraphs', name]
  const problems: Problem[] = []
  const add = (key: string, message: string) => problems.push({ path: [...path, key], message })
  for (const header of entry.forwardHeaders.filter((header) => NEVER_FORWARDED.test(header)))
    add('forwardHeaders', `"${header}" is never forwarded`)
  if (entry.access === 'public' && !entry.mayDeclarePublic)
    add('access', 'public needs "mayDeclarePublic: true" beside it')
  const isElsewhere = entry.routing_url.some((url) => !isAnnouncedUrl(url))
  if (entry.announce && (isElsewhere || entry.schema !== undefined))
    add(
      'announce',
      'goes without routing_url and schema: where it is and what it is, it says itself',
    )
  if (!entry.announce && entry.routing_url.some(isAnnouncedUrl))
    add('routing_url', 'must be an http or https URL, or dns+srv://<service>')
  if (name === AUTH_SUBGRAPH) problems.push(...problemsOfAuth(entry))
  else if (entry.schema === undefined && !entry.announce && !entry.of)
    problems.push({ path, message: 'schema is missing; give it file, url or subgraph_url' })
  if (entry.dryRun && entry.dryRun.until <= now) {
    const end = new Date(entry.dryRun.until).toISOString()
    add('dryRun', `ended at ${end}; remove it to enforce the rules`)
  }
  return problems
}

/** Its rules are its own: nothing in the file may loosen or delay them. */
function problemsOfAuth(entry: SubgraphEntry): Problem[] {
  const path = ['subgraphs', AUTH_SUBGRAPH]
  const problems: Problem[] = []
  if (entry.dryRun) problems.push({ path: [...path, 'dryRun'], message: 'auth is always enforced' })
  if (entry.access === 'public')
    problems.push({ path: [...path, 'access'], message: 'auth says itself what is public' })
  if (Object.keys(entry.rules).length > 0)
    problems.push({ path: [...path, 'rules'], message: 'the rules of auth are its own' })
  return problems
}

function toSubgraph([name, entry]: [string, SubgraphEntry], authNames: AuthNames): SubgraphConfig {
  const isAuth = name === AUTH_SUBGRAPH
  const defaultGrants: readonly IdentityGrant[] = isAuth ? GRANTS : []
  return Object.freeze({
    name,
    url: entry.routing_url[0] ?? '',
    urls: Object.freeze(entry.routing_url),
    endurance: Object.freeze({
      retries: entry.retries,
      breaker: entry.breaker,
      concurrency: entry.concurrency,
    }),
    schema: Object.freeze(sourceOf(entry)),
    announced: entry.announce
      ? Object.freeze({ keys: { keys: entry.announce.keys }, pattern: entry.announce.address })
      : null,
    access: entry.access,
    rules: Object.freeze(entry.rules),
    mayDeclarePublic: entry.mayDeclarePublic,
    identity: Object.freeze({
      grants: Object.freeze(entry.identity.grants ?? [...defaultGrants]),
      header: entry.identity.header,
    }),
    authNames: isAuth ? authNames.fingerprint : null,
    forwardHeaders: Object.freeze(entry.forwardHeaders),
    timeoutMs: entry.timeoutMs ?? (isAuth ? AUTH_TIMEOUT_MS : DEFAULT_TIMEOUT_MS),
    dryRunUntil: entry.dryRun?.until ?? null,
  })
}

const DEFAULT_TIMEOUT_MS = 5000
/** A login may wait its turn for a hash; auth answers "busy" before this. */
const AUTH_TIMEOUT_MS = 10_000

function sourceOf({ schema, announce, of }: SubgraphEntry): SchemaSource {
  if (announce) return { announced: true }
  if (schema === undefined) return { of: of ?? AUTH_SUBGRAPH }
  if ('file' in schema) return { file: schema.file }
  if ('url' in schema) return { url: schema.url }
  return { subgraphUrl: schema.subgraph_url }
}

/** @apollo/gateway reports to Apollo unless this is set before the first one is made. */
export function disableApolloTelemetry(): void {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true'
}
