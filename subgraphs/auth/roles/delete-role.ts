// Removes a role that nobody has.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import type { DeleteRoleInput } from '../generated.ts'
import { requireLowerRank } from './grantable.ts'
import { requireAdmin } from './require-admin.ts'
import { BUILT_IN, Role } from './role.ts'

const limits = { name: text(50) } satisfies Limits<DeleteRoleInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for a built-in role, or one that somebody has */
export async function deleteRole(
  deps: AuthDeps,
  caller: Caller,
  input: DeleteRoleInput,
): Promise<{ name: string }> {
  const { name } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const role = await Role.query(trx).findById(name).forUpdate()
    if (role === undefined) throw new AuthError('NOT_FOUND')
    if (BUILT_IN.includes(name)) {
      throw new AuthError('CONFLICT', { message: 'This role is built in.' })
    }
    requireLowerRank(admin, role)
    const [held] = await trx('user_roles').where('role_name', name).count()
    if (Number(held?.count ?? 0) > 0) {
      throw new AuthError('CONFLICT', {
        message: `${held?.count} people have this role: take it from them first.`,
      })
    }
    // Or a role that is made later under this name would come to life on old keys.
    await trx('api_keys')
      .whereRaw('? = any(roles)', [name])
      .update({ roles: trx.raw('array_remove(roles, ?)', [name]) })
    await Role.query(trx).deleteById(name)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'role.deleted',
      detail: { role: name },
    })
    return { name }
  })
}
