// Changes what a role gives. Tokens of those who have it are stale from then on.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import type { UpdateRoleInput } from '../generated.ts'
import { roleLimits } from './create-role.ts'
import { requireLowerRank } from './grantable.ts'
import { requireAdmin } from './require-admin.ts'
import { BUILT_IN, Role } from './role.ts'
import { makeHoldersStale } from './stale-holders.ts'
import { requireTokenRoom } from './token-room.ts'

const limits = {
  name: text(50),
  ...roleLimits,
} satisfies Limits<UpdateRoleInput>

/**
 * Fields that are absent or null stay as they are.
 * @throws AuthError NOT_FOUND; FORBIDDEN by rank, before or after; CONFLICT for the rank of a built-in role, or when a
 *   holder's token would not fit any more
 */
export async function updateRole(
  deps: AuthDeps,
  caller: Caller,
  input: UpdateRoleInput,
): Promise<Role> {
  const change = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const role = await Role.query(trx).findById(change.name).forUpdate()
    if (role === undefined) throw new AuthError('NOT_FOUND')
    requireLowerRank(admin, role)
    requireLowerRank(admin, { rank: change.rank ?? role.rank })
    if (BUILT_IN.includes(role.name) && (change.rank ?? role.rank) !== role.rank) {
      throw new AuthError('CONFLICT', { message: 'The rank of a built-in role stays.' })
    }
    const [row] = await trx('roles')
      .where('name', role.name)
      .update({
        rank: change.rank ?? role.rank,
        scopes: [...new Set(change.scopes ?? role.scopes)],
        description: change.description ?? role.description,
        custom_claims: JSON.stringify(change.customClaims ?? role.custom_claims),
      })
      .returning('*')
    await requireTokenRoom(trx, { role: role.name })
    const holders = await makeHoldersStale(trx, role.name)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'role.updated',
      detail: { role: role.name, rank: row.rank, scopes: row.scopes, holders },
    })
    return Role.fromDatabaseJson(row)
  })
}
