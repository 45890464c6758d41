// What an app says of itself when it registers (RFC 7591): what it may be, and what is wrong with it in the words of the standard.
import { z } from 'zod'
import {
  type ClientShape,
  clientLimits,
  emptyClient,
  problemsOfClient,
} from '../oauth-clients/client-input.ts'

export const GRANT_TYPES = {
  authorization_code: 'AUTHORIZATION_CODE',
  refresh_token: 'REFRESH_TOKEN',
  'urn:ietf:params:oauth:grant-type:device_code': 'DEVICE_CODE',
} as const

const asked = z.object({
  client_name: clientLimits.name.default('An app'),
  redirect_uris: clientLimits.redirectUris.default([]),
  grant_types: z
    .array(z.enum(Object.keys(GRANT_TYPES) as [keyof typeof GRANT_TYPES]))
    .min(1)
    .max(3)
    .default(['authorization_code']),
  response_types: z.array(z.literal('code')).max(1).optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_basic', 'client_secret_post'])
    .default('client_secret_basic'),
  scope: z.string().max(1_000).optional(),
})

interface Wrong {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly error_description: string
}

/** @param offered The scopes that strangers may have. */
export function readRegistration(sent: string, offered: readonly string[]): ClientShape | Wrong {
  let json: unknown
  try {
    json = JSON.parse(sent)
  } catch {
    return wrong([{ path: 'the body', message: 'is not JSON' }])
  }
  const { data, error } = asked.safeParse(json)
  if (data === undefined) {
    return wrong(error.issues.map(({ path, message }) => ({ path: path.join('.'), message })))
  }
  const grantTypes = data.grant_types.map((type) => GRANT_TYPES[type])
  const wanted = data.scope?.split(' ').filter(Boolean) ?? offered
  const canStay = grantTypes.includes('REFRESH_TOKEN')
  const shape: ClientShape = {
    ...emptyClient,
    name: data.client_name,
    redirectUris: data.redirect_uris,
    grantTypes,
    scopes: offered.filter(
      (scope) => wanted.includes(scope) && (canStay || scope !== 'offline_access'),
    ),
    tokenEndpointAuthMethod: data.token_endpoint_auth_method.toUpperCase() as 'NONE',
  }
  const problems = problemsOfClient(shape)
  if (problems.length === 0) return shape
  return wrong(problems.map(({ path, message }) => ({ path: nameOf(path), message })))
}

/** RFC 7591, 3.2.2. */
function wrong(problems: readonly { readonly path: string; readonly message: string }[]): Wrong {
  const isOfRedirects = problems.some(({ path }) => path.startsWith('redirect_uris'))
  return {
    error: isOfRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    error_description: problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
  }
}

/** As the app calls it. */
function nameOf(path: string): string {
  const name = path.replace('input.', '')
  return name === 'redirectUris' ? 'redirect_uris' : name
}
