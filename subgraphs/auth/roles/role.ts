// A role: a rank, scopes and claims for anyone who has it. `admin` and `user` are built in.
import { Model } from 'objection'
import type { CustomClaims } from '../users/custom-claims.ts'

export const BUILT_IN: readonly string[] = ['admin', 'user']
export const ROLE_NAME = /^[a-z][a-z0-9:_-]{0,49}$/

export class Role extends Model {
  static override readonly tableName = 'roles'
  static override readonly idColumn = 'name'
  static override get jsonAttributes(): string[] {
    return ['custom_claims']
  }

  declare name: string
  /** Anyone who has it manages people and roles of a lower rank, when it is `admin`. */
  declare rank: number
  declare scopes: string[]
  declare description: string | null
  declare custom_claims: CustomClaims
  declare created_at: Date
}
