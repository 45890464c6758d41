// A bound on what one network may ask for: registrations, resets, wrong codes.

import { networkOf } from '@sallyport/claims/networks'
import type { AuthDeps } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { countKey } from './count-key.ts'
import type { LimitName } from './limits.ts'

/** @throws AuthError RATE_LIMITED, the same for every account */
export async function limitNetwork(
  { throttle, isThrottleExempt }: AuthDeps,
  limit: LimitName,
  address: string | null,
): Promise<void> {
  if (isThrottleExempt(address)) return
  const { isOver, retryAfterSeconds } = await throttle.add(
    limit,
    countKey({ network: networkOf(address) }),
  )
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
}
