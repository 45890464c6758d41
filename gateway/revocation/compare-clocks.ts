// Tells an operator when the clock of this gateway and that of auth's database are apart: then good tokens are refused.
import type { Log } from '../../platform/log.ts'

/** What the check of a token forgives. */
const FORGIVEN_MS = 5000
const QUIET_MS = 600_000

export interface Clocks {
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}

/** @returns Takes the time that a heartbeat names; at most one warning in ten minutes. */
export function createClockComparison({ now, monotonic }: Clocks, logger: Pick<Log, 'warn'>) {
  let quietUntil = Number.NEGATIVE_INFINITY

  return function compare(at: unknown): void {
    const apartMs = typeof at === 'string' ? now() - Date.parse(at) : 0
    if (!(Math.abs(apartMs) > FORGIVEN_MS) || monotonic() < quietUntil) return
    quietUntil = monotonic() + QUIET_MS
    const seconds = Math.round(Math.abs(apartMs) / 1000)
    const which = apartMs < 0 ? 'behind' : 'ahead of'
    const message = `the clock of this gateway is ${seconds} s ${which} that of auth's database: tokens are refused (TOKEN_FROM_THE_FUTURE, TOKEN_EXPIRED). Synchronize all machines with NTP`
    logger.warn({ seconds: Math.round(apartMs / 1000) }, message)
  }
}
