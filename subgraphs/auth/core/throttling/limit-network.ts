// A bound on what one network may ask for: registrations, resets, wrong codes.

import { networkOf } from '@sallyport/claims/networks'
import type { AuthDeps } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { countKey } from './count-key.ts'
import type { LimitName } from './limits.ts'

/**
 * @returns what takes it back, for a request of which nothing came
 * @throws AuthError RATE_LIMITED, the same for every account
 */
export async function limitNetwork(
  { throttle, isThrottleExempt }: AuthDeps,
  limit: LimitName,
  address: string | null,
): Promise<() => Promise<void>> {
  if (isThrottleExempt(address)) return async () => {}
  const network = countKey({ network: networkOf(address) })
  const { isOver, retryAfterSeconds } = await throttle.add(limit, network)
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
  return () => throttle.forgive(limit, network)
}
