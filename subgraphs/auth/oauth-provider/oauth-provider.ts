// The OAuth 2.1 and OpenID provider: endpoints for programs and browsers, and the pages on which people are asked.
import type { Provider } from 'oidc-provider'
import type { AuthDeps } from '../core/dependencies.ts'
import type { Page } from '../pages/page.ts'
import { createConsentPage } from './consent-page.ts'
import { createCurrentRequest } from './current-request.ts'
import { createDevicePage } from './device-page.ts'
import { createOAuthHandlers, type OAuthHandler } from './http.ts'
import { loadLibrary } from './library.ts'
import { createLogoutPage } from './logout-page.ts'
import { createProvider, type ProviderParts } from './provider.ts'
import { startLogoutSender } from './send-logouts.ts'

export interface OAuthProvider {
  readonly pages: readonly Page[]
  stop(): Promise<void>
  handlers(
    parts: Pick<Parameters<typeof createOAuthHandlers>[0], 'identity' | 'originOf' | 'cookiesOf'>,
  ): Readonly<Record<string, OAuthHandler>>
}

export async function createOAuthProvider(deps: AuthDeps): Promise<OAuthProvider> {
  const parts: ProviderParts = {
    deps,
    library: await loadLibrary(),
    current: createCurrentRequest(),
  }
  const serving = { ...parts, provider: withKeys(parts) }
  const sender = startLogoutSender(serving)
  return {
    stop: () => sender.stop(),
    pages: [createConsentPage(serving), createDevicePage(serving), createLogoutPage(serving)],
    handlers: (more) => createOAuthHandlers({ ...serving, ...more }),
  }
}

/** The provider with the keys that sign now, made anew when they change. */
function withKeys(parts: ProviderParts): () => Provider {
  let made: { readonly kids: string; readonly provider: Provider } | null = null
  return () => {
    const keys = parts.deps.keyring.signing()
    const kids = keys.map(({ kid }) => kid).join()
    if (made?.kids !== kids) made = { kids, provider: createProvider(parts, keys) }
    return made.provider
  }
}
