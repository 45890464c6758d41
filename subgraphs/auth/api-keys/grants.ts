// What a key may: the intersection of what it was given and what its owner has, computed at each check.
import type { Knex } from 'knex'
import { badInput } from '../core/errors.ts'
import type { CustomClaims } from '../users/custom-claims.ts'
import type { RolesAndScopes } from '../users/user.ts'
import type { ApiKey } from './api-key.ts'

/**
 * Roles = the key's ∩ the owner's; scopes = the key's ∩ those of these roles; claims = those of these roles. No wildcards.
 * @param owner the owner's roles as they are now
 */
export async function effectiveGrants(
  trx: Knex,
  key: ApiKey,
  owner: RolesAndScopes,
): Promise<RolesAndScopes> {
  const roles = key.roles.filter((role) => owner.roles.includes(role))
  if (roles.length === 0) return { roles, scopes: [], roleClaims: {} }
  const rows: { scopes: string[]; custom_claims: CustomClaims }[] = await trx('roles')
    .whereIn('name', roles)
    .orderBy('rank')
    .select('scopes', 'custom_claims')
  const granted = new Set(rows.flatMap((row) => row.scopes))
  return {
    roles,
    scopes: key.scopes.filter((scope) => granted.has(scope)),
    roleClaims: Object.assign({}, ...rows.map((row) => row.custom_claims)),
  }
}

/** @throws AuthError BAD_USER_INPUT that names what the owner does not have */
export async function requireGrantable(
  trx: Knex,
  owner: RolesAndScopes,
  wanted: { readonly roles: readonly string[]; readonly scopes: readonly string[] },
): Promise<void> {
  const role = wanted.roles.find((name) => !owner.roles.includes(name))
  if (role !== undefined)
    throw badInput('input.roles', `You do not have the role "${role}" yourself.`)
  const rows: { scopes: string[] }[] = await trx('roles')
    .whereIn('name', [...wanted.roles])
    .select('scopes')
  const available = new Set(rows.flatMap((row) => row.scopes))
  const scope = wanted.scopes.find((name) => !available.has(name))
  if (scope !== undefined) {
    throw badInput('input.scopes', `None of the key's roles has the scope "${scope}".`)
  }
}
