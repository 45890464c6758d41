// What a step of signing in is answered with. Cookies and the principal of the answer are set here, and nowhere below.
import { flowCookie } from '../sessions/cookies.ts'
import type { Door, Entered, SignedIn } from '../sessions/issue-tokens.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import { handOver } from './hand-over.ts'

/** @throws AuthError as `handOver` */
export async function answer(
  door: Door,
  result: Entered | BegunVerification,
): Promise<SignedIn | BegunVerification> {
  if ('session' in result) return await handOver(door, result)
  return begun(door, result)
}

/** Ties what was begun to the browser that began it. */
export function begun<T extends { readonly flowSecret: string | null }>(door: Door, flow: T): T {
  const { flowSecret } = flow
  if (flowSecret !== null) door.setCookies.push(flowCookie(flowSecret))
  return flow
}
