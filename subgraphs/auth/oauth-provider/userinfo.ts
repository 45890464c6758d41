// What an app is told of its person (OpenID Connect Core, 5.3): what the token's scopes say, from the rows as they are now.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthDeps } from '../core/dependencies.ts'
import { findUserWithRoles } from '../users/user.ts'
import { profileOf } from './account.ts'
import { verifyOwnToken } from './verify-own-token.ts'

export async function answerUserinfo(
  deps: AuthDeps,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, token] = /^bearer +([\w.-]+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined) return refuse(response, { status: 401 })
  const payload = await verifyOwnToken(deps, token)
  const isOurs = payload?.aud === deps.config.publicUrl && payload.grant_id !== undefined
  const user = isOurs ? await findUserWithRoles(deps.db, String(payload.sub)) : undefined
  // A token that is bound to a key counts with a proof of it alone.
  if (!isOurs || user === undefined || payload.cnf !== undefined) {
    return refuse(response, { status: 401, error: 'invalid_token' })
  }
  const scopes = String(payload.scope).split(' ')
  if (!scopes.includes('openid'))
    return refuse(response, { status: 403, error: 'insufficient_scope' })
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(profileOf(user, scopes)))
}

function refuse(
  response: ServerResponse,
  { status, error }: { readonly status: number; readonly error?: string },
): void {
  response.setHeader('www-authenticate', error === undefined ? 'Bearer' : `Bearer error="${error}"`)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(error === undefined ? {} : { error }))
}
