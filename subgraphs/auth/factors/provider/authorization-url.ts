// Where a person is sent to sign in at a provider (RFC 6749 with PKCE, RFC 7636; OpenID Connect Core 3.1.2.1).
import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client'
import type { AuthConfig } from '../../config.ts'
import type { Verification } from '../../verifications/verification.ts'
import { callbackOf, flowSecrets, type ProviderFlow } from './flow.ts'
import { providerFailure } from './provider-failure.ts'
import type { Provider } from './providers.ts'

/** @throws AuthError SERVICE_UNAVAILABLE while the provider is away */
export async function authorizationUrl(
  provider: Provider,
  config: Pick<AuthConfig, 'publicUrl' | 'secrets'>,
  { verification, flow }: { readonly verification: Verification; readonly flow: ProviderFlow },
): Promise<string> {
  const { settings } = provider
  const { state, nonce, codeVerifier } = flowSecrets(verification, config.secrets.codeKey)
  // Apple posts its answer where it is asked for a scope, which the hosted pages alone can take.
  const isHosted = flow.redirectUri === callbackOf(config, settings.id)
  const isPosted = settings.postsAnswer && isHosted
  const isBare = settings.postsAnswer && !isPosted
  try {
    const configuration = await provider.configuration()
    return buildAuthorizationUrl(configuration, {
      redirect_uri: flow.redirectUri,
      scope: isBare ? 'openid' : settings.scope,
      state,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(settings.protocol.kind === 'openid' && { nonce }),
      ...(isPosted && { response_mode: 'form_post' }),
    }).href
  } catch (error) {
    throw providerFailure(settings, error)
  }
}
