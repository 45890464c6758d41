// What `doctor` finds, for people and for programs.

/** `unknown`: it could not be looked at from here. `warning`: look at it. `failed`: it does not work now. */
export type State = 'ok' | 'unknown' | 'warning' | 'failed'

export interface Observation {
  readonly state: State
  /** A sentence for a person, without a secret. */
  readonly said: string
}

export interface Finding extends Observation {
  /** What was looked at, as in docs/operators.md. */
  readonly check: string
}

export const ok = (said: string): Observation => ({ state: 'ok', said })
export const warning = (said: string): Observation => ({ state: 'warning', said })
export const failed = (said: string): Observation => ({ state: 'failed', said })

const PREFIXES = { ok: '', unknown: '', warning: 'WARNING: ', failed: 'FAILED: ' } as const

export function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ state, said }) => `${PREFIXES[state]}${said}`).join('\n')
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'failed')
}
