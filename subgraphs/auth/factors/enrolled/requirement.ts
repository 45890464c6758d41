// Whether policy demands a further factor of somebody: of everybody, or of those who hold certain roles, from a date on.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { loadRoles, type User } from '../../users/user.ts'

/** From when on the person needs one; null: they do not. */
export function requiredFrom(
  { mfa }: AuthDeps['config'],
  { roles, created_at }: { readonly roles: readonly string[]; readonly created_at: Date },
): Date | null {
  if (mfa.mode !== 'required') return null
  const isMeant = mfa.requiredRoles?.some((role) => roles.includes(role)) ?? true
  return isMeant ? (mfa.requiredFrom ?? created_at) : null
}

/** Now, whatever they hold. */
export async function isFactorRequired(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: User,
): Promise<boolean> {
  if (config.mfa.mode !== 'required') return false
  const roles = (await loadRoles(trx, [user.id])).get(user.id)?.roles ?? []
  const from = requiredFrom(config, { roles, created_at: user.created_at })
  return from !== null && from.getTime() <= Date.now()
}

/** Not where MFA=off: nobody adds a further factor. */
export function areFactorsOffered({ mfa }: Pick<AuthDeps['config'], 'mfa'>): boolean {
  return mfa.mode !== 'off'
}

/** @throws AuthError FORBIDDEN, the same for everybody, where MFA=off */
export function requireFactorsOffered({ config }: Pick<AuthDeps, 'config'>): void {
  if (areFactorsOffered(config)) return
  throw new AuthError('FORBIDDEN', {
    reason: 'METHOD_NOT_OFFERED',
    message: 'Further factors are not offered here.',
  })
}
