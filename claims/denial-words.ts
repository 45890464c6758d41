// What a caller is told who may not: the same words and the same challenge at both doors, so that no client can tell which refused.
import type { Denial } from './predicates.ts'

export const denialMessages = {
  UNAUTHENTICATED: 'Sign in to do this.',
  FORBIDDEN: 'You are not allowed to do this.',
  STEP_UP_REQUIRED: 'Confirm who you are, then try again.',
} as const satisfies Record<Denial['code'], string>

export interface StepUpChallenge {
  readonly methods: readonly ('MFA' | 'PASSWORD')[]
  readonly maxAgeSeconds?: number
}

/** What would help a caller who has to step up. */
export function challengeOf({ missing, maxAgeSeconds }: Denial): StepUpChallenge {
  const methods = missing.split(' ').includes('mfa') ? (['MFA'] as const) : (['PASSWORD'] as const)
  return { methods, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) }
}
