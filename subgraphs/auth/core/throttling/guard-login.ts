// Brute-force protection of the login that nobody can aim at somebody else: guesses get slower, then need the mailbox,
// and a device that is known goes on as if nothing happened (OWASP Authentication cheat sheet, "Login throttling").

import { networkOf } from '@sallyport/claims/networks'
import type { AuthDeps } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { type CountKey, countKey } from './count-key.ts'
import { limits } from './limits.ts'

export interface LoginAttempt {
  /** As accounts are found by it, or whatever was typed where it is not an address. */
  readonly typed: { readonly email: string } | { readonly text: string }
  /** The id of the account that has the address: one with several is guessed at no more often. null: there is none. */
  readonly userId: string | null
  readonly address: string | null
  /** Hash of a device token that this account knows; null for any other. */
  readonly knownDevice: string | null
}

export interface AdmittedLogin {
  /**
   * Too many guesses were made at this account: right or wrong, the answer is a verification, and only a right
   * password is followed by mail. A guess then tells nothing to anyone who does not read the mailbox.
   */
  readonly needsMailbox: boolean
  /** So many were made at it, or from this network, that a person should show themselves; false on a known device. */
  readonly needsCaptcha: boolean
  /** Far more of this network's passwords were wrong of late than people mistype. */
  readonly isStuffing: boolean
  /** Until fewer are counted. */
  readonly retryAfterSeconds: number
  /** The password was right: what this attempt counted is taken back. Not where the mailbox is needed: it would tell. */
  forgive(): Promise<void>
  /** The password was not looked at: this attempt is taken back, and none before it. */
  takeBack(): Promise<void>
}

const LONGEST_WAIT_SECONDS = 300
/** Guesses that are let through without a captcha, where one is configured: half of what needs the mailbox, a fifth of the limit. */
const CAPTCHA_ACCOUNT = 5
const CAPTCHA_NETWORK = 20
/** Wrong passwords of one network in the window of its limit that look like lists of stolen ones. */
const STUFFING_NETWORK = 30

/**
 * Counts an attempt before its password is looked at, so that parallel ones gain nothing.
 * @throws AuthError RATE_LIMITED; it depends on what was typed, never on whether the account exists
 */
export async function guardLogin(deps: AuthDeps, attempt: LoginAttempt): Promise<AdmittedLogin> {
  const { throttle } = deps
  const forgiveDevice = async () => await forgetDevice(deps, attempt.userId, attempt.knownDevice)
  if (attempt.knownDevice !== null) {
    const key = deviceKey(attempt.userId, attempt.knownDevice)
    const { isOver } = await throttle.add('login-device', key)
    const takeBack = () => throttle.forgive('login-device', key)
    if (!isOver) {
      const calm = {
        needsMailbox: false,
        needsCaptcha: false,
        isStuffing: false,
        retryAfterSeconds: 1,
      }
      return { ...calm, forgive: forgiveDevice, takeBack }
    }
  }
  const pair = pairKey(attempt)
  await waitItsTurn(deps, pair)
  const network = await countNetwork(deps, attempt.address)
  const [recent, long] = await Promise.all([
    throttle.add('login-account', countKey(attempt.typed)),
    throttle.add('login-account-long', accountKey(attempt)),
  ])
  const forgiveElsewhere = async () => {
    await Promise.all([
      network.forgive(),
      throttle.forgive('login-account', countKey(attempt.typed)),
      throttle.forgive('login-account-long', accountKey(attempt)),
    ])
  }
  return {
    needsMailbox: recent.isOver || long.isOver,
    needsCaptcha: recent.count > CAPTCHA_ACCOUNT || network.count > CAPTCHA_NETWORK,
    isStuffing: network.count > STUFFING_NETWORK,
    retryAfterSeconds: recent.retryAfterSeconds,
    forgive: async () => {
      await Promise.all([throttle.reset('login-pair', pair), forgiveDevice(), forgiveElsewhere()])
    },
    takeBack: async () => {
      await Promise.all([throttle.forgive('login-pair', pair), forgiveElsewhere()])
    },
  }
}

/** The owner is in: guesses before this are no longer consecutive. */
export async function forgetGuesses(deps: AuthDeps, attempt: LoginAttempt): Promise<void> {
  const { throttle } = deps
  await Promise.all([
    throttle.reset('login-pair', pairKey(attempt)),
    throttle.reset('login-account', countKey(attempt.typed)),
    throttle.reset('login-account-long', accountKey(attempt)),
    forgetDevice(deps, attempt.userId, attempt.knownDevice),
  ])
}

async function forgetDevice(
  { throttle }: AuthDeps,
  userId: string | null,
  device: string | null,
): Promise<void> {
  if (device !== null) await throttle.reset('login-device', deviceKey(userId, device))
}

function accountKey({ userId, typed }: LoginAttempt): CountKey {
  return countKey(userId === null ? typed : { user: userId })
}

function pairKey({ typed, address }: LoginAttempt): CountKey {
  return countKey({ ...typed, network: networkOf(address) })
}

function deviceKey(userId: string | null, device: string): CountKey {
  return countKey({ ...(userId !== null && { user: userId }), device })
}

/** Five tries are free; from then on one in 2, 4, 8 … 300 seconds. */
async function waitItsTurn({ throttle }: AuthDeps, pair: CountKey): Promise<void> {
  const tries = await throttle.add('login-pair', pair)
  if (!tries.isOver) return
  const excess = tries.count - limits['login-pair'].points
  const seconds = Math.min(LONGEST_WAIT_SECONDS, 2 ** Math.min(excess, 12))
  const wait = await throttle.add('login-pair-wait', pair, seconds)
  if (!wait.isOver) return
  // Refused before it was tried: knocking does not make the wait longer.
  await throttle.forgive('login-pair', pair)
  throw new AuthError('RATE_LIMITED', { retryAfterSeconds: wait.retryAfterSeconds })
}

async function countNetwork(
  { throttle, isThrottleExempt }: AuthDeps,
  address: string | null,
): Promise<{ count: number; forgive(): Promise<void> }> {
  if (isThrottleExempt(address)) return { count: 0, forgive: async () => {} }
  const network = countKey({ network: networkOf(address) })
  const { count, isOver, retryAfterSeconds } = await throttle.add('login-network', network)
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
  return { count, forgive: () => throttle.forgive('login-network', network) }
}
