// What a caller is told who may not: the same words and the same challenge at both doors, so that no client can tell which refused.
import type { Denial } from './predicates.ts'

export const denialMessages = {
  UNAUTHENTICATED: 'Sign in to do this.',
  FORBIDDEN: 'You are not allowed to do this.',
  STEP_UP_REQUIRED: 'Confirm who you are, then try again.',
} as const satisfies Record<Denial['code'], string>

export interface StepUpChallenge {
  /** What this person has; `MFA`: a further factor, of which they have none that is known. */
  readonly methods: readonly string[]
  readonly maxAgeSeconds?: number
}

/** What would help a caller who has to step up. */
export function challengeOf({ missing, maxAgeSeconds, ...denial }: Denial): StepUpChallenge {
  const unknown = missing.split(' ').includes('mfa') ? 'MFA' : 'PASSWORD'
  const methods = denial.methods ?? [unknown]
  return { methods, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) }
}
