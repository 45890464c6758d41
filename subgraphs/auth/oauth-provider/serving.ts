// What the provider's endpoints and pages stand on.
import type { Provider } from 'oidc-provider'
import type { ProviderParts } from './provider.ts'

export interface ServingParts extends ProviderParts {
  /** With the signing keys of this moment. */
  readonly provider: () => Provider
}
