// Brute-force protection of the login that nobody can aim at somebody else: guesses get slower, then need the mailbox,
// and a device that is known goes on as if nothing happened (OWASP Authentication cheat sheet, "Login throttling").
import type { AuthDeps } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { networkOf } from '../networks/network.ts'
import { limits } from './limits.ts'

export interface LoginAttempt {
  /** As accounts are found by it; whatever was typed where it is no address. */
  readonly email: string
  readonly address: string | null
  /** Hash of a device token that this account knows; null for any other. */
  readonly knownDevice: string | null
}

export interface AdmittedLogin {
  /**
   * Too many guesses were made at this account: right or wrong, the answer is a verification, and only a right
   * password is followed by mail. A guess then tells nothing to whoever does not read the mailbox.
   */
  readonly needsMailbox: boolean
  /** The password was right: what this attempt counted is taken back. */
  forgive(): Promise<void>
}

const LONGEST_WAIT_SECONDS = 300

/**
 * Counts an attempt before its password is looked at, so that parallel ones gain nothing.
 * @throws AuthError RATE_LIMITED; it depends on what was typed, never on whether the account exists
 */
export async function guardLogin(deps: AuthDeps, attempt: LoginAttempt): Promise<AdmittedLogin> {
  const { throttle } = deps
  if (attempt.knownDevice !== null) {
    const key = `${attempt.email} ${attempt.knownDevice}`
    const { isOver } = await throttle.add('login-device', key)
    if (!isOver) {
      return { needsMailbox: false, forgive: () => throttle.forgive('login-device', key) }
    }
  }
  const network = networkOf(attempt.address)
  const pair = `${attempt.email} ${network}`
  await waitItsTurn(deps, pair)
  const forgiveNetwork = await countNetwork(deps, attempt.address)
  const [recent, long] = await Promise.all([
    throttle.add('login-account', attempt.email),
    throttle.add('login-account-long', attempt.email),
  ])
  return {
    needsMailbox: recent.isOver || long.isOver,
    forgive: async () => {
      await Promise.all([
        throttle.reset('login-pair', pair),
        forgiveNetwork(),
        throttle.forgive('login-account', attempt.email),
        throttle.forgive('login-account-long', attempt.email),
      ])
    },
  }
}

/** The owner is in: guesses before this are no longer consecutive. */
export async function forgetGuesses({ throttle }: AuthDeps, email: string): Promise<void> {
  await Promise.all([
    throttle.reset('login-account', email),
    throttle.reset('login-account-long', email),
  ])
}

/** Five tries are free; from then on one in 2, 4, 8 … 300 seconds. */
async function waitItsTurn({ throttle }: AuthDeps, pair: string): Promise<void> {
  const tries = await throttle.add('login-pair', pair)
  if (!tries.isOver) return
  const excess = tries.count - limits['login-pair'].points
  const seconds = Math.min(LONGEST_WAIT_SECONDS, 2 ** Math.min(excess, 12))
  const turn = await throttle.add('login-pair-wait', pair, seconds)
  if (!turn.isOver) return
  // Refused before it was tried: knocking does not make the wait longer.
  await throttle.forgive('login-pair', pair)
  throw new AuthError('RATE_LIMITED', { retryAfterSeconds: turn.retryAfterSeconds })
}

async function countNetwork(
  { throttle, isThrottleExempt }: AuthDeps,
  address: string | null,
): Promise<() => Promise<void>> {
  if (isThrottleExempt(address)) return async () => {}
  const network = networkOf(address)
  const { isOver, retryAfterSeconds } = await throttle.add('login-network', network)
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
  return () => throttle.forgive('login-network', network)
}
