// A session: one signed-in device. Tokens exist only while it is active.
//
//   login on a new device ──► PENDING ──code──► ACTIVE ──logout, reuse, password, admin──► REVOKED
//   login on a known one ─────────────────────────┘└─────idle or absolute end──► EXPIRED, which is shown and never stored
import { Model } from 'objection'
import type { SessionStatus, TokenDelivery } from '../generated.ts'

export class Session extends Model {
  static override readonly tableName = 'sessions'

  declare id: string
  declare user_id: string
  declare status: Exclude<SessionStatus, 'EXPIRED'>
  declare delivery: TokenDelivery
  declare device_name: string | null
  declare user_agent: string | null
  declare ip_address: string | null
  /** RFC 8176 names: `pwd`, `otp`. */
  declare authentication_methods: string[]
  declare authenticated_at: Date
  /** `authenticated_at` before the proof that made the present turn, until that is presented: all that an earlier one proves. */
  declare authenticated_before: Date | null
  /** When a further factor was last proved in it; null: never. */
  declare mfa_at: Date | null
  /** `mfa_at` and `authentication_methods` as `authenticated_before` is of `authenticated_at`; of no meaning without that. */
  declare mfa_before: Date | null
  declare authentication_methods_before: string[] | null
  /** In which the factors and identities were added that it was signed in or confirmed with, itself left out. */
  declare came_of: string[]
  /** SHA-256 of the token of the known device that it runs on. */
  declare device_hash: string | null
  declare csrf_key_version: number | null
  declare created_at: Date
  declare last_used_at: Date
  declare idle_expires_at: Date
  declare expires_at: Date
  declare revoked_at: Date | null
  declare revoked_reason: string | null
  declare family_id: string | null
  declare family_hash: string | null
  declare family_sealed: string | null
  declare family_key_version: number | null
  declare turn_hash: string | null
  declare previous_turn_hash: string | null
  /** Turns before it whose successors were made by `reissueTokens`, newest first; empty once a successor was presented. */
  declare earlier_turn_hashes: string[]
  /** From then on turns before the present one are reuse. Null: not before the present one is presented. */
  declare predecessors_expire_at: Date | null
  declare generation: number
  declare rotated_at: Date | null
  declare rotated_from_address: string | null
  declare rotated_from_agent: string | null
  declare sealed_successor: string | null

  /** RFC 9470: `aal1` until a factor of another kind was shown. */
  get acr(): string {
    return this.authentication_methods.includes('mfa') ? 'aal2' : 'aal1'
  }

  /** In seconds since the epoch. */
  get mfaTime(): number | null {
    return this.mfa_at === null ? null : Math.floor(this.mfa_at.getTime() / 1000)
  }

  /** Idle or absolute end, whichever comes first. */
  get endsAt(): Date {
    return new Date(Math.min(Number(this.idle_expires_at), Number(this.expires_at)))
  }

  /** EXPIRED is a matter of time, not of a job that has to run. */
  shownStatus(now: Date): SessionStatus {
    return this.status !== 'REVOKED' && now >= this.endsAt ? 'EXPIRED' : this.status
  }
}
