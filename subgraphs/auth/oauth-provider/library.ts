// The library that speaks the protocol, loaded once it is needed: it takes its time, and looks at its runtime when it loads.
import type { errors, interactionPolicy, Provider } from 'oidc-provider'

export interface Library {
  readonly Provider: typeof Provider
  readonly errors: typeof errors
  readonly interactionPolicy: typeof interactionPolicy
  /** What a token came from is over. */
  graceless(): Error
  /** What works once came twice. */
  replayed(): Error
}

export async function loadLibrary(): Promise<Library> {
  const { Provider, errors, interactionPolicy } = await import('oidc-provider')
  return {
    Provider,
    errors,
    interactionPolicy,
    graceless: () => new errors.InvalidGrant('the grant is over, or was used already'),
    replayed: () => new errors.InvalidRequest('this was used already'),
  }
}
