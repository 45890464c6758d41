// What the verbs of the auth subgraph are given: nothing of it is made on import.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import type { FindPlace } from '../anomalies/places.ts'
import type { AuthConfig } from '../config.ts'
import type { Factors } from '../factors/factor.ts'
import type { HashAdmission } from '../factors/password/hash-admission.ts'
import type { PasswordHasher } from '../factors/password/hasher.ts'
import type { Providers } from '../factors/provider/providers.ts'
import type { ReadyAuthHooks } from '../hooks/load-hooks.ts'
import type { CheckCounts } from '../introspection/check-counts.ts'
import type { Keyring } from '../tokens/keyring.ts'
import type { OutgoingFetch } from './outgoing-fetch.ts'
import type { Throttle } from './throttling/throttle.ts'

export interface AuthDeps {
  readonly db: Knex
  readonly config: AuthConfig
  readonly log: Logger
  /** What can prove who somebody is. */
  readonly factors: Factors
  /** Where a network address is. */
  readonly findPlace: FindPlace
  /** How other services are asked. */
  readonly outgoingFetch: OutgoingFetch
  /** Other services to sign in with. */
  readonly providers: Providers
  readonly hasher: PasswordHasher
  /** For what precedes the hash of a login. */
  readonly admitHash: HashAdmission
  readonly keyring: Keyring
  readonly throttle: Throttle
  /** Networks that the limits per network do not count: THROTTLE_EXEMPT. */
  readonly isThrottleExempt: (address: string | null) => boolean
  readonly checks: CheckCounts
  /** Code of the deployment's own. */
  readonly hooks: ReadyAuthHooks
  /** How long a gateway waits for auth. */
  readonly gatewayTimeoutMs: number
  /** The subgraphs that hold personal data, auth apart. */
  readonly participants: readonly string[]
  /** What scopes let an app do, in words. */
  readonly describedScopes: DescribedScopes
}
