// How this deployment proves to a provider that it is itself.
import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None } from 'openid-client'
import type { ClientAuthentication } from './protocol.ts'

const APPLE = 'https://appleid.apple.com'

export function clientAuthFor(authentication: ClientAuthentication): ClientAuth {
  if (authentication.kind === 'none') return None()
  if (authentication.kind === 'apple') return appleClientAuth(authentication)
  const secret = authentication.secret.release()
  const byHeader = ClientSecretBasic(secret)
  const byBody = ClientSecretPost(secret)
  return (server, client, body, headers) => {
    // OpenID Connect Discovery 1.0, section 3: without a list it is client_secret_basic.
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const auth = methods.includes('client_secret_basic') ? byHeader : byBody
    return auth(server, client, body, headers)
  }
}

/** Apple takes no secret, but a token that the team's key signed for five minutes. */
function appleClientAuth({
  teamId,
  keyId,
  privateKey,
}: Extract<ClientAuthentication, { kind: 'apple' }>): ClientAuth {
  const key = createPrivateKey(privateKey.release())
  return async (_server, { client_id }, body) => {
    const secret = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(client_id)
      .setAudience(APPLE)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(key)
    body.set('client_id', client_id)
    body.set('client_secret', secret)
  }
}
