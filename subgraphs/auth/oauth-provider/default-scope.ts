// An app that names no scope (RFC 6749, 3.3), as agents do that were told of none: of the client's own those that read the graph, and
// those of roles. Whatever else there is of the protocol's, it asks for by name.
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { isProtocolScope } from '../oauth-clients/scopes.ts'
import type { ProviderParts } from './provider.ts'

/** Called when the request's resources are known, before anybody is asked. @throws an OAuth error where nothing is left to ask for */
export function defaultScope({
  library,
}: Pick<ProviderParts, 'library'>): NonNullable<Configuration['extraParams']> {
  return {
    scope: ({ oidc }: KoaContextWithOIDC, asked: string | undefined) => {
      if (asked !== undefined && asked !== '') return
      const offered = Object.values(oidc.resourceServers ?? {}).flatMap(({ scopes }) => [...scopes])
      const scope = offered.filter((name) => name === 'graph' || !isProtocolScope(name)).join(' ')
      if (scope === '') throw new library.errors.InvalidScope('the request names no scope', '')
      Object.assign(oidc.params ?? {}, { scope })
    },
  }
}
