// Step "principal": who is asking. Here a bad credential is refused, even on a public field.
import type { Credential, Principal } from '../authenticate/principal.ts'
import type { Verdict } from '../authenticate/verdict.ts'
import { GatewayError } from '../errors.ts'
import { httpsRequired, serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { Confirmations } from '../revocation/confirm.ts'
import type { RevocationEntries } from '../revocation/entries.ts'

export interface PrincipalParts {
  readonly anonymous: Principal
  readonly confirmations: Confirmations
  readonly entries: RevocationEntries
  readonly isHttpsRequired: boolean
}

export function resolvePrincipal(parts: PrincipalParts) {
  return function principal(request: GatewayRequest): void | Promise<void> {
    if (request.prepared.isStaleCredentials) return replaceCredential(parts, request)
    const { verdict } = request
    if (verdict.kind === 'accepted') return admit(parts, request, verdict.credential)
    refuseBad(verdict)
    request.principal = parts.anonymous
  }
}

function refuseBad(verdict: Verdict): void {
  if (verdict.kind === 'unavailable') throw serviceUnavailable()
  if (verdict.kind === 'refused') throw unauthenticated(verdict.reason)
}

function admit(
  { confirmations, entries }: PrincipalParts,
  request: GatewayRequest,
  credential: Credential,
): void | Promise<void> {
  const confirmation = confirmations.confirm(credential)
  if (confirmation instanceof Promise) return confirmation.then(decide)
  decide(confirmation)

  function decide(found: Awaited<typeof confirmation>): void {
    const reason = entries.against(credential)
    if (reason !== null) throw unauthenticated(reason)
    if (found === 'unavailable') throw serviceUnavailable()
    request.principal = credential.principal
  }
}

// Mutations that make or replace a credential run as nobody, whatever is sent: an expired or forged
// one must not keep its owner from logging in. Logout alone may say whose session ends.
async function replaceCredential(parts: PrincipalParts, request: GatewayRequest): Promise<void> {
  if (parts.isHttpsRequired && !request.caller.isSecure) throw httpsRequired()
  request.principal = parts.anonymous
  const { verdict, prepared } = request
  if (!prepared.isLogout || verdict.kind !== 'accepted') return
  try {
    await admit(parts, request, verdict.credential)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
  }
}

function unauthenticated(reason: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', { reason })
}
