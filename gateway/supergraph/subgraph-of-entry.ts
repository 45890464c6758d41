// One entry of supergraph.yaml as the gateway knows the subgraph, with what is said by default.
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { IdentityGrant } from '../request-context.ts'
import { AUTH_SUBGRAPH, type SchemaSource, type SubgraphConfig } from './config.ts'
import { GRANTS, type SubgraphEntry } from './config-schema.ts'

export function toSubgraph(
  [name, entry]: [string, SubgraphEntry],
  authNames: AuthNames,
): SubgraphConfig {
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
