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
  deps: AuthDeps,
  limit: LimitName,
  address: string | null,
): Promise<() => Promise<void>> {
  return (await countNetwork(deps, limit, address)).takeBack
}

export interface CountedNetwork {
  /** With this one; 0 for a network that is not counted. */
  readonly count: number
  readonly retryAfterSeconds: number
  takeBack(): Promise<void>
}

/** The same, for those who want to know how many there were. @throws AuthError RATE_LIMITED */
export async function countNetwork(
  { throttle, isThrottleExempt }: AuthDeps,
  limit: LimitName,
  address: string | null,
): Promise<CountedNetwork> {
  if (isThrottleExempt(address)) return { count: 0, retryAfterSeconds: 1, takeBack: async () => {} }
  const network = countKey({ network: networkOf(address) })
  const { count, isOver, retryAfterSeconds } = await throttle.add(limit, network)
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
  return { count, retryAfterSeconds, takeBack: () => throttle.forgive(limit, network) }
}
