// The library, told how this deployment does it: what it keeps, who people and apps are, and what its tokens say.
import { dpopAlgorithms } from '@sallyport/claims/dpop'
import type { JWK } from 'jose'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { languageNames } from '../../../platform/language.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { findClient } from '../oauth-clients/client.ts'
import { matchClientSecret } from '../oauth-clients/secret.ts'
import { newAppRefreshToken } from '../sessions/app-refresh-tokens.ts'
import { findUserWithRoles } from '../users/user.ts'
import { CLAIMS_BY_SCOPE, profileOf } from './account.ts'
import { refuseForeignScopes, refuseUnknownScopes } from './asked-scopes.ts'
import { boundTokens } from './bound-tokens.ts'
import { LIBRARY_SCOPES } from './client-metadata.ts'
import type { CurrentRequest } from './current-request.ts'
import { defaultScope } from './default-scope.ts'
import { paceDevices } from './device-grant.ts'
import { bindToBrowser } from './interactions.ts'
import type { Library } from './library.ts'
import { loadGrant } from './load-grant.ts'
import { problemHtml } from './problem-page.ts'
import { convergeRefresh } from './refresh-grant.ts'
import { audienceOf, resourceServer } from './resources.ts'
import { createSafeFetch } from './safe-fetch.ts'
import { createStore } from './store.ts'
import { supportedScopes } from './supported-scopes.ts'
import { writeToken } from './write-token.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** What we add to the library's own grants. */
const wraps: Readonly<Record<string, typeof convergeRefresh>> = {
  client_credentials: refuseForeignScopes,
  refresh_token: convergeRefresh,
  [DEVICE_CODE]: paceDevices,
}

export interface ProviderParts {
  readonly deps: AuthDeps
  readonly library: Library
  readonly current: CurrentRequest
}

/** Every path of the protocol, at the public address. */
export const paths = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  pushed_authorization_request: '/oauth2/par',
  device_authorization: '/oauth2/device_authorization',
  code_verification: '/oauth2/device',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  userinfo: '/oauth2/userinfo',
  end_session: '/oauth2/end_session',
  registration: '/oauth2/register',
  jwks: '/.well-known/jwks.json',
} as const

const AUTHORIZATION_CODE_SECONDS = 60
const DEVICE_CODE_SECONDS = 600
const INTERACTION_SECONDS = 3_600

/** Signing keys have no setter in the library: with another key there is another provider over the same tables. */
export function createProvider(parts: ProviderParts, keys: readonly JWK[]): Provider {
  const { deps, library } = parts
  class OurProvider extends library.Provider {}
  // The library registers its grants while it is made.
  const { registerGrantType } = library.Provider.prototype
  OurProvider.prototype.registerGrantType = function register(
    this: Provider,
    name: string,
    handler: never,
    ...rest: never[]
  ) {
    const own = wraps[name]?.(parts, handler) ?? handler
    registerGrantType.call(this, name, own as never, ...rest)
  } as typeof registerGrantType
  const provider = new OurProvider(deps.config.publicUrl, configuration(parts, keys))
  // The gateway says by which scheme people reach it; nobody else reaches us.
  provider.proxy = true
  const { Client, RefreshToken } = provider as unknown as Models
  Client.prototype.compareClientSecret = async function (secret) {
    const presented = { clientId: this.clientId, secret }
    return (await matchClientSecret(deps.db, deps.config.secrets.apiKeyPepper, presented)) !== null
  }
  RefreshToken.prototype.generateTokenId = newAppRefreshToken
  provider.use(async (ctx, next) => {
    await next()
    if (typeof ctx.body !== 'object') return
    const body = ctx.body as Record<string, unknown>
    // The code is typed: a link with it would be followed by anybody.
    if (ctx.path === paths.device_authorization) delete body.verification_uri_complete
    // The library calls it a wrong request.
    if (body.error === 'invalid_request' && asksForForeignGrant(ctx.path, ctx.oidc)) {
      body.error = 'unauthorized_client'
    }
    // Of scopes, the library knows those that say what it is told of people.
    if ('scopes_supported' in body) body.scopes_supported = supportedScopes(deps.describedScopes)
  })
  provider.on('server_error', (ctx, error) => {
    deps.log.error({ err: error, path: ctx.path }, 'the OAuth provider failed')
  })
  return provider
}

/** A way to tokens that this client was not given (RFC 6749, 5.2; RFC 8628, 3.2). */
function asksForForeignGrant(path: string, oidc: KoaContextWithOIDC['oidc'] | undefined): boolean {
  const { client, params } = oidc ?? {}
  const type = path === paths.device_authorization ? DEVICE_CODE : params?.grant_type
  return client !== undefined && typeof type === 'string' && !client.grantTypeAllowed(type)
}

interface Models {
  readonly Client: {
    prototype: { clientId: string; compareClientSecret(secret: string): Promise<boolean> }
  }
  readonly RefreshToken: { prototype: { generateTokenId(): string } }
}

function configuration(parts: ProviderParts, keys: readonly JWK[]): Configuration {
  const { deps } = parts
  const { config, db } = deps
  const { library, current } = parts
  return {
    adapter: createStore({ deps, library, current, fetch: createSafeFetch([], null) }),
    jwks: { keys: [...keys] as never },
    scopes: [...LIBRARY_SCOPES],
    claims: { ...CLAIMS_BY_SCOPE, acr: null, sid: null, auth_time: null, iss: null } as never,
    acrValues: ['aal1', 'aal2'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    // For us alone: one that others may read as well could be taken to us by them (draft-ietf-oauth-rfc7523bis, 4).
    assertJwtClientAuthClaimsAndHeader: (_ctx, { aud }) => {
      if (aud !== config.publicUrl)
        throw new library.errors.InvalidClientAuth('aud must be the issuer alone')
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
      // As the gateways take them with each request.
      dPoPSigningAlgValues: [...dpopAlgorithms] as never,
    },
    responseTypes: ['code'],
    // Where an admin's clients are told of a logout.
    fetch: createSafeFetch(config.webhooks.allow, 'WEBHOOK_ALLOW'),
    discovery: {
      ui_locales_supported: [...languageNames],
      ...(config.oauth.metadataDocuments && { client_id_metadata_document_supported: true }),
      ...(config.oauth.registration !== null && {
        registration_endpoint: config.publicUrl + paths.registration,
      }),
    },
    pkce: { required: () => true },
    extraParams: defaultScope(parts),
    clockTolerance: 5,
    cookies: { names: cookieNames },
    routes: paths,
    features: features(parts),
    ttl: {
      AccessToken: config.accessTokenSeconds,
      ClientCredentials: config.accessTokenSeconds,
      AuthorizationCode: AUTHORIZATION_CODE_SECONDS,
      DeviceCode: DEVICE_CODE_SECONDS,
      IdToken: config.accessTokenSeconds,
      Interaction: INTERACTION_SECONDS,
      RefreshToken: config.refreshAbsoluteDays * 86_400,
      Session: config.refreshAbsoluteDays * 86_400,
      Grant: config.refreshAbsoluteDays * 86_400,
    },
    formats: {
      customizers: {
        jwt: (_ctx: unknown, token: never, jwt: never) => writeToken(parts, token, jwt),
      },
    } as never,
    findAccount: async (_ctx, id) => {
      const user = await findUserWithRoles(db, id)
      if (user?.status !== 'ACTIVE') return undefined
      return {
        accountId: user.id,
        claims: async (_use, scope) => profileOf(user, scope.split(' ')) as { sub: string },
      }
    },
    loadExistingGrant: (ctx) => loadGrant(parts, ctx),
    interactions: {
      url: (ctx, { uid, prompt }) =>
        beginFlow(parts, {
          flow: uid,
          prompt: prompt.name,
          languages: ctx.oidc.params?.ui_locales,
          hint: ctx.oidc.params?.login_hint,
        }),
    },
    // A grant says itself whether it ends with the session.
    expiresWithSession: async () => false,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => false,
    revokeGrantPolicy: () => true,
    renderError: async (ctx, out) => {
      const { language = null } = parts.current.get() ?? {}
      const page = { status: ctx.status, code: out.error, detail: out.error_description, language }
      const { headers, body } = problemHtml(config, page)
      ctx.set(headers)
      ctx.body = body
    },
  }
}

export const cookieNames = {
  session: '_session',
  interaction: '_interaction',
  resume: '_interaction_resume',
} as const

/** Whose flow it is, and where it goes on. */
async function beginFlow(
  { deps, current }: ProviderParts,
  { flow, prompt, languages, hint }: BegunFlow,
): Promise<string> {
  const { browser, hasLostToken = false } = current.get() ?? {}
  if (browser !== undefined) await bindToBrowser(deps.db, flow, browser)
  const query = new URLSearchParams({ flow })
  if (typeof languages === 'string') query.set('ui_locales', languages)
  if (typeof hint === 'string' && prompt === 'login') query.set('login_hint', hint)
  const signIn = hasLostToken ? '/continue-session' : '/sign-in'
  return `${prompt === 'login' ? signIn : '/consent'}?${query}`
}

interface BegunFlow {
  readonly flow: string
  readonly prompt: string
  /** In which the app would have the person asked (OpenID Connect Core, 3.1.2.1). */
  readonly languages: unknown
  /** Who the app believes is about to sign in. */
  readonly hint: unknown
}

function features({ deps, library, current }: ProviderParts): Configuration['features'] {
  const { config, db } = deps
  const audience = async (clientId: string, resource: string) => {
    const client = await findClient(db, clientId)
    const found = client && audienceOf(config, client, resource)
    return client && found ? { client, audience: found } : null
  }
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      deviceInfo: () => ({
        ip: current.origin()?.ipAddress ?? '',
        ua: current.origin()?.userAgent ?? '',
      }),
    },
    introspection: {
      enabled: true,
      // Resource servers ask about tokens that are for them, and about no others.
      allowedPolicy: async (_ctx, client, token) => {
        const own = (await findClient(db, client.clientId))?.introspects ?? []
        return (
          client.clientAuthMethod !== 'none' &&
          own.includes(String((token as { aud?: unknown }).aud))
        )
      },
    },
    revocation: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
    userinfo: { enabled: true },
    dPoP: boundTokens(config),
    pushedAuthorizationRequests: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_ctx, _client, oneOf) =>
        oneOf === undefined || oneOf.includes(config.publicUrl) ? config.publicUrl : oneOf,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx, resource, client) => {
        const found = await audience(client.clientId, resource)
        if (found === null) {
          throw new library.errors.InvalidTarget('this client gets no tokens for that resource')
        }
        await refuseUnknownScopes({ deps, library }, ctx.oidc.requestParamScopes, found.client)
        return resourceServer(config, found.client, found.audience)
      },
    },
  }
}
