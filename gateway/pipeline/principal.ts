// Step "principal": who is asking. Here a bad credential is refused, even on a public field.
import type { CheckCounts, CheckedAs } from '../authenticate/check-counts.ts'
import type { Credential, Principal } from '../authenticate/principal.ts'
import type { Verdict } from '../authenticate/verdict.ts'
import { GatewayError } from '../errors.ts'
import { httpsRequired, serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { RevocationEntries } from '../revocation/entries.ts'
import type { Freshness } from '../revocation/freshness.ts'

export interface PrincipalParts {
  readonly anonymous: Principal
  readonly checks: CheckCounts
  readonly freshness: Freshness
  readonly entries: RevocationEntries
  readonly isHttpsRequired: boolean
}

export function resolvePrincipal(parts: PrincipalParts) {
  return function principal(request: GatewayRequest): void | Promise<void> {
    const { isStaleCredentials, credentials } = request.prepared
    if (isStaleCredentials && parts.isHttpsRequired && !request.caller.isSecure) {
      throw httpsRequired()
    }
    const namesSession = isStaleCredentials && credentials.reads.has('session')
    // Mutations that make or replace a credential run as nobody, whatever is sent: an expired or forged
    // one must not keep its owner from logging in. Only what ends a session asks whose it is.
    if (isStaleCredentials && !namesSession) {
      request.principal = parts.anonymous
      return
    }
    const { verdict } = request
    const resolve = namesSession ? nameSession : applyVerdict
    if (verdict.kind !== 'open') return resolve(parts, request, verdict)
    return verdict.settle().then((settled) => resolve(parts, request, settled))
  }
}

/** @throws GatewayError `UNAUTHENTICATED` for what was sent and is not good. */
export function applyVerdict(
  parts: PrincipalParts,
  request: GatewayRequest,
  verdict: Verdict,
): void | Promise<void> {
  if (verdict.kind === 'accepted') return admit(parts, request, verdict.credential)
  if (verdict.kind === 'unavailable') throw unavailable(parts, checkedAs(request))
  if (verdict.kind === 'refused') {
    const { reason, logReason } = verdict
    throw unauthenticated(parts, { reason, logReason, as: checkedAs(request) })
  }
  request.principal = parts.anonymous
}

/**
 * Logout says whose session ends. A credential that is bad has none to end; one that nobody can judge now
 * may have, and "done" would be a lie.
 */
async function nameSession(
  parts: PrincipalParts,
  request: GatewayRequest,
  verdict: Verdict,
): Promise<void> {
  try {
    await applyVerdict(parts, request, verdict)
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'UNAUTHENTICATED')) throw error
    request.principal = parts.anonymous
  }
}

function admit(
  parts: PrincipalParts,
  request: GatewayRequest,
  credential: Credential,
): void | Promise<void> {
  const { freshness, entries, checks } = parts
  const confirmation = freshness.confirm(credential)
  if (confirmation instanceof Promise) return confirmation.then(decide)
  decide(confirmation)

  function decide(found: Awaited<typeof confirmation>): void {
    const reason = entries.against(credential)
    if (reason !== null) throw unauthenticated(parts, { reason, as: credential.use })
    if (found === 'unavailable') throw unavailable(parts, credential.use)
    checks.count(credential.use, 'accepted')
    request.principal = credential.principal
  }
}

/** One of the two headers is there, or a cookie: the step "credential" takes no more than one. */
function checkedAs({ hasHeaderCredential, incoming }: GatewayRequest): CheckedAs {
  if (!hasHeaderCredential) return 'cookie'
  return incoming.headers.authorization === undefined ? 'api-key' : 'bearer'
}

function unavailable({ checks }: PrincipalParts, as: CheckedAs): GatewayError {
  checks.count(as, 'unavailable')
  return serviceUnavailable('AUTH_UNAVAILABLE')
}

function unauthenticated(
  { checks }: PrincipalParts,
  {
    reason,
    logReason = reason,
    as,
  }: { readonly reason: string; readonly logReason?: string | undefined; readonly as: CheckedAs },
): GatewayError {
  checks.count(as, reason)
  return new GatewayError('UNAUTHENTICATED', { reason, logReason })
}
