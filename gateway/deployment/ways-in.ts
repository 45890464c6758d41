// How people sign in here, which auth alone knows. Asked for when somebody wants it, and kept: its settings last as long as its process.
import type { AuthQuestions, WaysIn } from '../authenticate/auth-questions.ts'

const KEEP_MS = 30_000
/** While auth is unavailable, what it said last is told without waiting for it each time. */
const RETRY_MS = 1_000

export type ReadWaysIn = () => Promise<WaysIn>

/** @returns what auth says, or said last; it rejects with AuthUnavailable while auth has never answered */
export function createWaysIn({
  questions,
  monotonic,
}: {
  readonly questions: Pick<AuthQuestions, 'waysIn'>
  readonly monotonic: () => number
}): ReadWaysIn {
  let known: WaysIn | null = null
  let askAgainAt = Number.NEGATIVE_INFINITY
  let asking: Promise<WaysIn> | null = null

  async function ask(): Promise<WaysIn> {
    try {
      known = await questions.waysIn()
      askAgainAt = monotonic() + KEEP_MS
      return known
    } catch (error) {
      if (known === null) throw error
      askAgainAt = monotonic() + RETRY_MS
      return known
    }
  }

  return async () => {
    if (known !== null && monotonic() < askAgainAt) return known
    asking ??= ask().finally(() => {
      asking = null
    })
    return await asking
  }
}
