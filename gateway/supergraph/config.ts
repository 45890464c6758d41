// What schema/supergraph.yaml says, as the gateway knows it: the one list of subgraphs, and what holds for all of them.
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { DescribedScopes } from '../../platform/described-scopes.ts'
import { SetupError } from '../../platform/setup-error.ts'
import type { Announced } from '../announcements/announced.ts'
import type { DocumentsSettings } from '../documents/settings.ts'
import type { RateLimit } from '../rate-limits/settings.ts'
import type { IdentityTarget } from '../request-context.ts'
import type { Endurance } from '../subgraph/endurance.ts'
import type { OperationLimitSettings } from './operation-limits.ts'

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

/** Where `auth.names` or `auth.omit` speaks of something of auth's. */
export type PlaceOfAuthName = (section: 'names' | 'omit', coordinate: string) => string | null

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
  readonly placeOfAuthName: PlaceOfAuthName
  /** What auth is called in this graph. */
  readonly authNames: AuthNames
  /** What scopes let an app do, in words. Default: none is described. */
  readonly scopes: DescribedScopes
}

/** `refuse`: nothing of it is answered. `filter`: those fields are left out, with an error each, and the rest is answered. */
export type DeniedHandling = 'refuse' | 'filter'

/** Everything that is wrong with a supergraph configuration, in one message. */
export class SupergraphConfigError extends SetupError {
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
export const GATEWAY_SUBGRAPH = 'gateway'

/** Answered by the gateway itself: what admins see and do of the graph. */
export function isOwnSubgraph({ schema }: Pick<SubgraphConfig, 'schema'>): boolean {
  return 'of' in schema && schema.of === 'gateway'
}

export type Variables = Readonly<Record<string, string | undefined>>

/** @apollo/gateway reports to Apollo unless this is set before the first one is made. */
export function disableApolloTelemetry(): void {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true'
}
