// Makes a role, below the rank of the admin who makes it.
import { z } from 'zod'
import { SCOPE_NAME } from '../../../platform/described-scopes.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, trimmed } from '../core/input.ts'
import type { CreateRoleInput } from '../generated.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import { requireLowerRank } from './grantable.ts'
import { requireAdmin } from './require-admin.ts'
import { ROLE_NAME, Role } from './role.ts'

export const scopeName = z
  .string()
  .max(100)
  .regex(SCOPE_NAME, 'A scope has no space, quote or backslash.')

export const roleLimits = {
  rank: z.number().int().min(0, 'A rank is 0 or more.').max(1_000_000),
  scopes: z.array(scopeName).max(100, 'A role has at most 100 scopes.'),
  description: trimmed(500),
  customClaims: customClaimsInput,
}

const limits = {
  name: z
    .string()
    .regex(ROLE_NAME, 'A name has lower case letters, digits, ":", "_" and "-", 50 at most.'),
  ...roleLimits,
} satisfies Limits<CreateRoleInput>

/** @throws AuthError CONFLICT when it exists; FORBIDDEN at or above the admin's rank */
export async function createRole(
  deps: AuthDeps,
  caller: Caller,
  input: CreateRoleInput,
): Promise<Role> {
  const { name, rank, scopes, description, customClaims } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    requireLowerRank(admin, { rank })
    const [row] = await trx('roles')
      .insert({
        name,
        rank,
        scopes: [...new Set(scopes ?? [])],
        description: description || null,
        custom_claims: JSON.stringify(customClaims ?? {}),
      })
      .onConflict('name')
      .ignore()
      .returning('*')
    if (row === undefined) {
      throw new AuthError('CONFLICT', { message: `There is a role "${name}" already.` })
    }
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'role.created',
      detail: { role: name, rank, scopes: scopes ?? [] },
    })
    return Role.fromDatabaseJson(row)
  })
}
