// What a client is made of, whether an admin, a file or the app itself says it: limits, and what must go together.
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { badInput } from '../core/errors.ts'
import type { Limits } from '../core/input.ts'
import type { ClientAuthMethod, OAuthGrantType, RegisterClientInput } from '../generated.ts'
import { scopeName } from '../roles/create-role.ts'
import { isSecureHere, problemOfRedirect } from './redirect-uri.ts'

const MAX_URIS = 30

const redirect = z.string().superRefine((uri, context) => {
  const problem = problemOfRedirect(uri)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})
const httpsUri = z
  .string()
  .max(500, 'Use at most 500 characters.')
  .refine(
    (text) => URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol),
    'This is not an address of the web.',
  )
  .refine((text) => !/[#\s\\]/.test(text), 'It has a blank, a backslash or a fragment.')
const names = z.array(z.string().min(1).max(100)).max(100)
const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']), kid: z.string().max(200).optional() })
  .refine(
    (key) => ['d', 'k', 'p', 'q'].every((part) => !(part in key)),
    'Never send a private key.',
  )
export const jwksInput = z
  .looseObject({ keys: z.array(publicKey).min(1).max(10) }, 'A JWK set has a list of keys.')
  .refine((keys) => JSON.stringify(keys).length <= 10_000, 'At most 10 KB.')

export const clientLimits = {
  name: z.string().trim().min(1, 'Give the client a name.').max(100, 'Use at most 100 characters.'),
  redirectUris: z.array(redirect).max(MAX_URIS, `At most ${MAX_URIS}.`),
  postLogoutRedirectUris: z.array(redirect).max(MAX_URIS, `At most ${MAX_URIS}.`),
  backchannelLogoutUri: httpsUri,
  grantTypes: z.array(z.custom<OAuthGrantType>()).min(1, 'Name at least one grant type.').max(10),
  scopes: z.array(scopeName).max(100),
  roles: names,
  resources: z.array(httpsUri).max(MAX_URIS, `At most ${MAX_URIS}.`),
  introspects: z.array(httpsUri).max(MAX_URIS, `At most ${MAX_URIS}.`),
  jwks: jwksInput,
} satisfies Limits<RegisterClientInput>

/** The columns that say what a client may. */
export interface ClientShape {
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri: string | null
  readonly grantTypes: readonly OAuthGrantType[]
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly resources: readonly string[]
  readonly introspects: readonly string[]
  readonly firstParty: boolean
  readonly tokenEndpointAuthMethod: ClientAuthMethod
  readonly jwks: JSONWebKeySet | null
  readonly dpopRequired: boolean
}

/** What an input leaves out. */
export const emptyClient = {
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  roles: [],
  resources: [],
  introspects: [],
  firstParty: false,
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  jwks: null,
  dpopRequired: false,
} satisfies Partial<ClientShape>

/** @throws AuthError BAD_USER_INPUT for what does not go together */
export function requireWholeClient(client: ClientShape): void {
  for (const problem of problemsOfClient(client)) throw badInput(problem.path, problem.message)
}

export function problemsOfClient(
  client: ClientShape,
): readonly { readonly path: string; readonly message: string }[] {
  const { grantTypes, redirectUris, tokenEndpointAuthMethod: method, scopes } = client
  const has = (type: OAuthGrantType) => grantTypes.includes(type)
  const isPublic = method === 'NONE'
  const problem = (path: string, message: string) => ({ path: `input.${path}`, message })
  return [
    ...(has('AUTHORIZATION_CODE') === redirectUris.length > 0
      ? []
      : [problem('redirectUris', 'Redirects and the grant type AUTHORIZATION_CODE go together.')]),
    ...(redirectUris.every((uri) => uri.startsWith('https://')) || !redirectUris.some(isSecureHere)
      ? []
      : [problem('redirectUris', 'https on this very machine goes with https redirects alone.')]),
    ...(has('CLIENT_CREDENTIALS') && isPublic
      ? [problem('grantTypes', 'Client credentials need a client that can keep a secret.')]
      : []),
    ...(has('REFRESH_TOKEN') && !has('AUTHORIZATION_CODE') && !has('DEVICE_CODE')
      ? [problem('grantTypes', 'Refresh tokens come with AUTHORIZATION_CODE or DEVICE_CODE.')]
      : []),
    ...(scopes.includes('offline_access') && !has('REFRESH_TOKEN')
      ? [problem('scopes', 'offline_access needs the grant type REFRESH_TOKEN.')]
      : []),
    ...(client.introspects.length > 0 && isPublic
      ? [problem('introspects', 'Only a client that proves itself may ask about tokens.')]
      : []),
    ...((method === 'PRIVATE_KEY_JWT') === (client.jwks !== null)
      ? []
      : [problem('jwks', 'Keys and PRIVATE_KEY_JWT go together.')]),
    ...(client.firstParty && isPublic && !redirectUris.every((uri) => uri.startsWith('https://'))
      ? [problem('firstParty', 'A first-party app without a secret needs https redirects.')]
      : []),
  ]
}

export function clientColumns(client: ClientShape): Record<string, unknown> {
  return {
    name: client.name,
    redirect_uris: unique(client.redirectUris),
    post_logout_redirect_uris: unique(client.postLogoutRedirectUris),
    backchannel_logout_uri: client.backchannelLogoutUri,
    grant_types: unique(client.grantTypes),
    scopes: unique(client.scopes),
    roles: unique(client.roles),
    resources: unique(client.resources),
    introspects: unique(client.introspects),
    first_party: client.firstParty,
    auth_method: client.tokenEndpointAuthMethod,
    jwks: client.jwks === null ? null : JSON.stringify(client.jwks),
    dpop_required: client.dpopRequired,
  }
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)]
}
