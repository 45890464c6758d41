// What hooks are told of a request, and what their refusals become.
import type { Refusal } from '../../../platform/hooks/hook.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import type { HookRegistration } from './hooks.ts'

/**
 * Ask before anything is looked up: the answer is the same for an e-mail address that is taken.
 * @throws AuthError FORBIDDEN with the sentence of the hook
 */
export async function requireRegistrable(
  { hooks }: Pick<AuthDeps, 'hooks'>,
  caller: Pick<Caller, 'origin'>,
  registration: Pick<HookRegistration, 'email' | 'method'>,
): Promise<void> {
  if (hooks.beforeRegister === null) return
  refuse(await hooks.beforeRegister.run({ ...requestOf(caller), ...registration }))
}

export function refuse(answer: Refusal | undefined): void {
  if (answer === undefined) return
  throw new AuthError('FORBIDDEN', { message: answer.refuse, reason: 'REFUSED_BY_HOOK' })
}

export function requestOf({ origin }: Pick<Caller, 'origin'>) {
  const { requestId, ipAddress: clientAddress, userAgent } = origin
  return { requestId, clientAddress, userAgent }
}
