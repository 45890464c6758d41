// The payload of an access token, whole: nothing of what the library would write stands in it unasked.
import type { AccessToken, ClientCredentials } from 'oidc-provider'
import { randomText } from '../core/identifiers.ts'
import type { ProviderParts } from './provider.ts'
import { claimsOfApp, claimsOfClient, type Proof } from './token-claims.ts'

interface StructuredJwt {
  payload: Record<string, unknown>
}

/** Called before it is signed. @throws an OAuth error where what it came from is over */
export async function writeToken(
  { deps, library }: ProviderParts,
  token: AccessToken | ClientCredentials,
  jwt: StructuredJwt,
): Promise<void> {
  const { aud, iat, exp, cnf } = jwt.payload
  const asked = {
    audience: String(aud),
    scopes: token.scope?.split(' ').filter((scope) => scope !== '') ?? [],
    clientId: token.clientId ?? '',
  }
  const found =
    token.kind === 'AccessToken'
      ? await claimsOfApp(deps, { ...asked, grantId: String(token.grantId) }, proofOf(library))
      : await claimsOfClient(deps, { ...asked, scopes: scopesAskedFor(library) })
  if (found === null) throw library.graceless()
  // What the answer says of it, too.
  token.scope = found.scopes.join(' ')
  jwt.payload = {
    iss: deps.config.publicUrl,
    aud,
    jti: randomText(16),
    iat,
    exp,
    ...found.claims,
    ...(cnf !== undefined && { cnf }),
  }
}

/** null: the program asked for none in particular. Of the token's own what its audience has no use for is missing. */
function scopesAskedFor({ Provider }: ProviderParts['library']): readonly string[] | null {
  const asked = [...(Provider.ctx?.oidc.requestParamScopes ?? [])]
  return asked.length === 0 ? null : asked
}

/** As the code, the refresh token or the device code has it that is traded in this request. */
function proofOf({ Provider }: ProviderParts['library']): Proof {
  const entities = Provider.ctx?.oidc.entities
  const source = entities?.AuthorizationCode ?? entities?.RefreshToken ?? entities?.DeviceCode
  return { amr: source?.amr, acr: source?.acr, authTime: source?.authTime }
}
