// The scopes that documents about this deployment list (RFC 8414, RFC 9728): those of the protocol, and those that it describes.
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import { PROTOCOL_SCOPES } from '../oauth-clients/scopes.ts'

export function supportedScopes(described: DescribedScopes): string[] {
  return [...new Set([...PROTOCOL_SCOPES, ...described.keys()])]
}
