// What the credential step found. A refusal is applied later, once the operation is known.
import type { Credential } from './principal.ts'

export type RefusalReason =
  | 'TOKEN_EXPIRED'
  | 'TOKEN_STALE'
  | 'TOKEN_INVALID'
  | 'SESSION_REVOKED'
  | 'API_KEY_INVALID'

export type Verdict =
  | { readonly kind: 'none'; readonly missing: 'CREDENTIALS_MISSING' | 'TOKEN_EXPIRED' }
  | { readonly kind: 'accepted'; readonly credential: Credential }
  | {
      readonly kind: 'refused'
      readonly reason: RefusalReason
      /** What the log says instead. */
      readonly logReason?: string
    }
  /** Nobody can say now: auth, or its keys, are unavailable. */
  | { readonly kind: 'unavailable' }

/** Auth has to be asked. That waits until the operation is known to be acceptable: a refused one costs auth nothing. */
export interface OpenVerdict {
  readonly kind: 'open'
  settle(): Promise<Verdict>
}

export const noCredential: Verdict = Object.freeze({ kind: 'none', missing: 'CREDENTIALS_MISSING' })

/** A browser that holds a refresh cookie and no access cookie: its token ran out. */
export const onlyRefreshCookie: Verdict = Object.freeze({ kind: 'none', missing: 'TOKEN_EXPIRED' })

export function refused(reason: RefusalReason, logReason: string = reason): Verdict {
  return { kind: 'refused', reason, logReason }
}
