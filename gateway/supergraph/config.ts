// schema/supergraph.yaml: the one list of subgraphs. Rover's keys plus ours, checked at once, frozen.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { isExactOrigin } from '../../platform/settings.ts'
import { parseDay, parseTime } from '../../platform/time.ts'
import { type DocumentsSettings, documentsSchema } from '../documents/settings.ts'
import { type RateLimit, rateLimitsSchema } from '../rate-limits/settings.ts'
import type { IdentityGrant, IdentityTarget } from '../request-context.ts'
import { type Endurance, enduranceKeys } from '../subgraph/endurance.ts'
import { isSrvUrl } from '../subgraph/resolve.ts'
import { type OperationLimitSettings, operationLimitsSchema } from './operation-limits.ts'

/** One subgraph as the gateway knows it. */
export interface SubgraphConfig extends IdentityTarget {
  /** The first of `urls`. */
  readonly url: string
  /** Its addresses: each serves the same, and one that fails is passed over. `dns+srv://` leads to more. */
  readonly urls: readonly string[]
  readonly endurance: Endurance
  /** The SDL file beside the YAML. */
  readonly schemaFile: string
  /** What a field without a rule demands. Default: `deny`. */
  readonly access: 'authenticated' | 'deny'
  /** Whether its SDL may say `@public`. Default: false. */
  readonly mayDeclarePublic: boolean
  /** Client headers that pass, lower case. Default: none. */
  readonly forwardHeaders: readonly string[]
  /** Default: 5000. */
  readonly timeoutMs: number
  /** Until when (ms since the epoch) its rules are logged and not enforced; `null`: always enforced. */
  readonly dryRunUntil: number | null
}

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
 * @throws SupergraphConfigError that names every problem.
 */
export function readSupergraphConfig(text: string, options: ReadOptions): SupergraphConfig {
  const { variables, now = Date.now(), source = 'supergraph.yaml' } = options
  const problems: string[] = []
  const result = fileSchema.safeParse(substitute(parseYaml(text, source), variables, problems))
  if (!result.success) problems.push(...result.error.issues.map(describeIssue))
  if (!result.success || problems.length > 0) throw new SupergraphConfigError(source, problems)

  const entries = Object.entries(result.data.subgraphs)
  problems.push(...entries.flatMap(([name, entry]) => problemsOf(name, entry, now)))
  if (!(AUTH_SUBGRAPH in result.data.subgraphs)) problems.push('subgraphs: "auth" is missing')
  if (problems.length > 0) throw new SupergraphConfigError(source, problems)
  return Object.freeze({
    subgraphs: Object.freeze(entries.map(toSubgraph)),
    policiesModule: result.data.policies?.module ?? null,
    cors: Object.freeze(result.data.cors),
    denied: result.data.denied,
    limits: Object.freeze(result.data.limits),
    documents: result.data.documents,
    operationLimits: Object.freeze(result.data.operationLimits),
  })
}

const GRANTS = ['roles', 'scope', 'email_verified', 'amr', 'acr', 'auth_time', 'custom'] as const
// Credentials, what the gateway sets itself, and what belongs to one hop alone (RFC 9110 section 7.6.1).
const NEVER_FORWARDED =
  /^(authorization|cookie2?|set-cookie|x-api-.*|x-csrf-token|sallyport-.*|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|accept|accept-encoding)$/

const DATE = 'must be a date such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z'

const dateSchema = z.string(DATE).transform((value, context) => {
  const time = parseTime(value) ?? parseDay(value)
  if (time !== null) return time.getTime()
  context.addIssue(DATE)
  return z.NEVER
})

const urlSchema = z
  .string()
  .refine(isGraphqlUrl, 'must be an http or https URL without credentials, or dns+srv://<service>')

const routingSchema = z
  .union([urlSchema.transform((url) => [url]), z.array(urlSchema).min(1)])
  .refine((urls) => new Set(urls).size === urls.length, 'names an address twice')
  .refine(
    (urls) => new Set(urls.map(pathOf)).size === 1,
    'its addresses must have the same path: they serve the same',
  )

const subgraphSchema = z.strictObject({
  routing_url: routingSchema,
  ...enduranceKeys,
  schema: z.strictObject({ file: z.string().min(1) }),
  access: z.enum(['authenticated', 'deny']).default('deny'),
  mayDeclarePublic: z.boolean().default(false),
  identity: z
    .strictObject({
      grants: z.array(z.enum(GRANTS)).optional(),
      header: z.enum(['sallyport-identity', 'authorization']).default('sallyport-identity'),
    })
    .default({ header: 'sallyport-identity' }),
  forwardHeaders: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9-]+$/)
        .toLowerCase(),
    )
    .default([]),
  timeoutMs: z.number().int().min(50).max(120_000).default(5000),
  /** For auth, which reads it here too: this subgraph takes part in erasures. */
  personalData: z.boolean().default(false),
  dryRun: z.strictObject({ until: dateSchema }).optional(),
})

const corsSchema = z.strictObject({
  origins: z
    .array(
      z.string().refine(isExactOrigin, 'must be an exact origin such as https://app.example.com'),
    )
    .default([]),
  headers: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9!#$%&'+.^_`|~-]+$/, 'must be the name of one header, without wildcards')
        .toLowerCase()
        .refine((name) => !name.startsWith('sallyport-'), 'is never taken from a client'),
    )
    .default([]),
})

const fileSchema = z.looseObject({
  federation_version: z.union([z.string(), z.number()]).optional(),
  policies: z.strictObject({ module: z.string().min(1) }).optional(),
  cors: corsSchema.default({ origins: [], headers: [] }),
  denied: z.enum(['refuse', 'filter']).default('refuse'),
  limits: rateLimitsSchema.default([]),
  documents: documentsSchema.prefault({}),
  operationLimits: operationLimitsSchema.default({}),
  subgraphs: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/), subgraphSchema),
})

type Entry = z.infer<typeof subgraphSchema>

function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new SupergraphConfigError(source, [`is not YAML: ${(error as Error).message}`])
  }
}

/** Puts values in place of `${NAME}`, in values alone, after parsing: a value cannot become YAML. */
function substitute(value: unknown, variables: Variables, problems: string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables, problems))
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([k, v]) => [k, substitute(v, variables, problems)]))
  }
  if (typeof value !== 'string') return value
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = variables[name]
    if (!found) problems.push(`\${${name}} is not set`)
    return found ?? ''
  })
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.') || 'file'}: ${issue.message}`
}

function problemsOf(name: string, entry: Entry, now: number): string[] {
  const problems: string[] = []
  for (const header of entry.forwardHeaders.filter((header) => NEVER_FORWARDED.test(header))) {
    problems.push(`subgraphs.${name}.forwardHeaders: "${header}" is never forwarded`)
  }
  if (!entry.dryRun) return problems
  if (name === AUTH_SUBGRAPH) problems.push('subgraphs.auth.dryRun: auth is always enforced')
  if (entry.dryRun.until <= now) {
    const end = new Date(entry.dryRun.until).toISOString()
    problems.push(`subgraphs.${name}.dryRun: ended at ${end}; remove it to enforce the rules`)
  }
  return problems
}

function toSubgraph([name, entry]: [string, Entry]): SubgraphConfig {
  const defaultGrants: readonly IdentityGrant[] = name === AUTH_SUBGRAPH ? GRANTS : []
  return Object.freeze({
    name,
    url: entry.routing_url[0] ?? '',
    urls: Object.freeze(entry.routing_url),
    endurance: Object.freeze({
      retries: entry.retries,
      breaker: entry.breaker,
      concurrency: entry.concurrency,
    }),
    schemaFile: entry.schema.file,
    access: entry.access,
    mayDeclarePublic: entry.mayDeclarePublic,
    identity: Object.freeze({
      grants: Object.freeze(entry.identity.grants ?? [...defaultGrants]),
      header: entry.identity.header,
    }),
    forwardHeaders: Object.freeze(entry.forwardHeaders),
    timeoutMs: entry.timeoutMs,
    dryRunUntil: entry.dryRun?.until ?? null,
  })
}

function isGraphqlUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  const isKnown = /^https?:$/.test(protocol) || isSrvUrl(text)
  return isKnown && username === '' && password === ''
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return ''
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** @apollo/gateway reports to Apollo unless this is set before the first one is made. */
export function disableApolloTelemetry(): void {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true'
}
