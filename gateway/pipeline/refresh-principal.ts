// Step "refresh-principal": for rules that ask for it, the principal is replaced by what auth says at this moment.
import { ClaimsError, principalKindOf, rulesOfKind } from '@sallyport/claims'
import {
  type AuthQuestions,
  AuthUnavailable,
  type LivePrincipal,
} from '../authenticate/auth-questions.ts'
import { readKeyBindings } from '../authenticate/key-bindings.ts'
import { createPrincipal, type Principal } from '../authenticate/principal.ts'
import { GatewayError } from '../errors.ts'
import { serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function refreshPrincipal(parts: { readonly questions: Pick<AuthQuestions, 'live'> }) {
  return function refresh(request: GatewayRequest): void | Promise<void> {
    if (!request.prepared.needsLive) return
    const question = questionOf(request.principal)
    if (question === null) return refuseUnlessAnonymous(request)
    return ask(question).then((principal) => {
      request.principal = principal
    })
  }

  async function ask(question: LivePrincipal): Promise<Principal> {
    try {
      const answer = await parts.questions.live(question)
      if ('refused' in answer) throw new GatewayError('UNAUTHENTICATED', { reason: answer.refused })
      return readLive(answer.principal, question)
    } catch (error) {
      if (error instanceof GatewayError) throw error
      if (error instanceof AuthUnavailable || error instanceof ClaimsError) {
        throw serviceUnavailable('AUTH_UNAVAILABLE', error)
      }
      throw error
    }
  }
}

/**
 * Nobody is refused by the rules. Of anybody else auth can say nothing, and what they hold may be gone: no answer is not a pass.
 * Where what is denied is left out, the rules do that too.
 */
function refuseUnlessAnonymous({ principal, prepared }: GatewayRequest): void {
  if (principal.claims.kind === 'anonymous' || prepared.leaveOutDenied !== null) return
  throw new GatewayError('FORBIDDEN')
}

/** Whether auth can say what this principal may at this moment. */
export function canBeAsked(principal: Principal): boolean {
  return questionOf(principal) !== null
}

function questionOf({ claims, ver }: Principal): LivePrincipal | null {
  const { subject, sessionId, keyId } = claims
  const { asksBy } = rulesOfKind(claims)
  if (subject === null) return null
  if (asksBy === 'session' && sessionId !== null && ver !== null) {
    return { kind: 'user', sub: subject, sid: sessionId, ver }
  }
  if (asksBy === 'api-key' && keyId !== null)
    return { kind: 'api-key', sub: subject, key_id: keyId }
  return null
}

function readLive(source: Record<string, unknown>, asked: LivePrincipal): Principal {
  const { ver, expires_at: _expiresAt, allowed_ips: _allowedIps, bindings, ...payload } = source
  const version = typeof ver === 'number' ? ver : null
  const principal = createPrincipal(payload, version, readKeyBindings(bindings))
  if (principalKindOf(principal.claims) !== asked.kind || principal.claims.subject !== asked.sub) {
    throw new ClaimsError('auth answered for another principal')
  }
  return principal
}
