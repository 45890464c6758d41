// What an app is told of its person (OpenID Connect Core, 5.3): what the token's scopes say, from the rows as they are now.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dpopAlgorithms, verifyDpopProof } from '@sallyport/claims/dpop'
import { JwtError } from '@sallyport/claims/jwt'
import { findUserWithRoles } from '../users/user.ts'
import { profileOf } from './account.ts'
import { paths } from './provider.ts'
import type { ServingParts } from './serving.ts'
import { verifyOwnToken } from './verify-own-token.ts'

const SCHEMES = /^(bearer|dpop) +([\w.-]+)$/i
const PROOF_SECONDS = 60

export async function answerUserinfo(
  parts: ServingParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { deps } = parts
  const [, scheme = '', token] = SCHEMES.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) return refuse(response, { status: 401 })
  const isDpop = scheme.toLowerCase() === 'dpop'
  const payload = await verifyOwnToken(deps, token)
  const isOurs = payload?.aud === deps.config.publicUrl && payload.grant_id !== undefined
  const user = isOurs ? await findUserWithRoles(deps.db, String(payload.sub)) : undefined
  if (!isOurs || user === undefined) {
    return refuse(response, { status: 401, error: 'invalid_token', isDpop })
  }
  const boundKey = (payload.cnf as { jkt?: string } | undefined)?.jkt ?? null
  const isProved = isDpop
    ? boundKey !== null && (await holdsKey(parts, request, { token, boundKey }))
    : boundKey === null
  if (!isProved) return refuse(response, { status: 401, error: 'invalid_dpop_proof', isDpop: true })
  const scopes = String(payload.scope).split(' ')
  if (!scopes.includes('openid')) {
    return refuse(response, { status: 403, error: 'insufficient_scope', scope: 'openid', isDpop })
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(profileOf(user, scopes)))
}

/** As the gateway checks it for the graph; proofs that were seen stand in the database here. */
async function holdsKey(
  { deps, library, provider }: ServingParts,
  { headers, method }: IncomingMessage,
  { token, boundKey }: { readonly token: string; readonly boundKey: string },
): Promise<boolean> {
  try {
    const { thumbprint, id } = await verifyDpopProof(String(headers.dpop ?? ''), {
      method: method ?? '',
      url: deps.config.publicUrl + paths.userinfo,
      tokenHash: createHash('sha256').update(token).digest('base64url'),
    })
    if (thumbprint !== boundKey) return false
    const until = Math.floor(Date.now() / 1000) + PROOF_SECONDS
    return await provider().ReplayDetection.unique(thumbprint, id, until)
  } catch (error) {
    // The latter: two came at once.
    if (error instanceof JwtError || error instanceof library.errors.InvalidRequest) return false
    throw error
  }
}

interface Refusal {
  readonly status: 401 | 403
  readonly error?: string
  /** What would be enough. */
  readonly scope?: string
  /** Challenges as it was asked (RFC 9449, 7.1). Default: as a bearer. */
  readonly isDpop?: boolean
}

function refuse(response: ServerResponse, { status, error, scope, isDpop = false }: Refusal): void {
  const parameters = {
    realm: 'sallyport',
    error,
    scope,
    algs: isDpop ? dpopAlgorithms.join(' ') : undefined,
  }
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const challenge = said.map(([name, value]) => `${name}="${value}"`).join(', ')
  response.setHeader('www-authenticate', `${isDpop ? 'DPoP' : 'Bearer'} ${challenge}`)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(error === undefined ? {} : { error }))
}
