// Who the person before a page is. A session that is over makes nobody of them, and the page says so; it does not refuse.
import type { OurCookies } from '../authenticate/cookies.ts'
import type { Verdict } from '../authenticate/verdict.ts'
import { GatewayError } from '../errors.ts'
import { type CredentialParts, judgeCredential } from '../pipeline/credential.ts'
import { applyVerdict, type PrincipalParts } from '../pipeline/principal.ts'
import type { GatewayRequest } from '../request.ts'

export interface Person {
  /** Why the cookies that were sent make nobody: `TOKEN_EXPIRED`, `SESSION_REVOKED` …; null: they do, or there were none. */
  readonly lostSession: string | null
}

export function createIdentifyPerson(parts: CredentialParts & PrincipalParts) {
  const judge = judgeCredential(parts)

  return async function identifyPerson(request: GatewayRequest): Promise<Person> {
    await judge(request)
    const { verdict } = request
    const settled = verdict.kind === 'open' ? await verdict.settle() : verdict
    try {
      await applyVerdict(parts, request, settled)
      return { lostSession: lostBefore(settled, request.cookies) }
    } catch (error) {
      // Nobody can say now who it is: a page for nobody would be a wrong answer.
      if (!(error instanceof GatewayError && error.code === 'UNAUTHENTICATED')) throw error
      request.principal = parts.anonymous
      return { lostSession: String(error.extensions.reason) }
    }
  }
}

function lostBefore(verdict: Verdict, { refresh }: OurCookies): string | null {
  return verdict.kind === 'none' && refresh !== undefined ? verdict.missing : null
}
