// `/.well-known/sallyport`: what a client package has to know of a deployment before it sends anything. The same for everybody,
// and nothing that an attacker could not see by trying: no addresses of the inside, no settings with values, no patch version.
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { WaysIn } from '../authenticate/auth-questions.ts'
import type { SupergraphConfig } from '../supergraph/config.ts'

/** Grows when a key changes its meaning or goes; new keys may come at any time. */
const DOCUMENT_VERSION = 1

export interface Deployment {
  readonly publicUrl: string
  /** Of this package, `major.minor`. */
  readonly release: string
  readonly config: Pick<SupergraphConfig, 'authNames' | 'denied' | 'documents'>
  readonly waysIn: WaysIn
}

export function describeDeployment({ publicUrl, release, config, waysIn }: Deployment): object {
  return {
    version: DOCUMENT_VERSION,
    sallyport: release,
    issuer: publicUrl,
    graphql: `${publicUrl}/graphql`,
    jwks: `${publicUrl}/.well-known/jwks.json`,
    ...describeNames(config.authNames),
    signIn: waysIn,
    features: {
      denied: config.denied,
      trustedDocuments: config.documents.mode,
      automaticDocuments: config.documents.automatic !== null,
    },
  }
}

/** Auth's own names lead to those of this graph; what is not listed goes by its own. */
function describeNames({ names, omit }: AuthNames) {
  return { names: Object.fromEntries(names), omitted: [...omit] }
}
