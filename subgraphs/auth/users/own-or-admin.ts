// The rule of what belongs to a person: oneself, or an admin.
import { type Claims, isSubject, rulesOfKind } from '@sallyport/claims'
import { forbidden, parentRule } from '@sallyport/claims/rules'
import type { User } from './user.ts'

export const ownOrAdmin = parentRule(
  (user: User, claims) => isSubject(claims, user.id) || isAdmin(claims),
)

/** Beside `role:admin`, which an app may have been granted. */
export const adminAlone = (
  _parent: unknown,
  _args: unknown,
  { claims }: { readonly claims: Claims },
): true | Error => isAdmin(claims) || forbidden()

/** What an app was granted never reaches to other people's accounts. */
export function isAdmin(claims: Claims): boolean {
  return claims.roles.includes('admin') && !rulesOfKind(claims).isApp
}
