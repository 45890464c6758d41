// Writes that a user has a role, or no longer has it; what both the graph and the command line do.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { requireTokenRoom } from './token-room.ts'

export interface RoleChange {
  readonly userId: string
  readonly role: string
  readonly by: Pick<AuditEvent, 'actor' | 'sessionId' | 'apiKeyId'>
}

/** @returns whether the user did not have it before; tokens are stale only then */
export async function giveRole(
  trx: Knex,
  origin: RequestOrigin | null,
  { userId, role, by }: RoleChange,
): Promise<boolean> {
  const given = await trx('user_roles')
    .insert({ user_id: userId, role_name: role })
    .onConflict(['user_id', 'role_name'])
    .ignore()
    .returning('user_id')
  if (given.length === 0) return false
  await requireTokenRoom(trx, { userId })
  await tellOfRoles(trx, origin, { userId, role, by, type: 'role.granted' })
  return true
}

/** @returns whether the user had it before */
export async function takeRole(
  trx: Knex,
  origin: RequestOrigin | null,
  { userId, role, by }: RoleChange,
): Promise<boolean> {
  const taken = await trx('user_roles').where({ user_id: userId, role_name: role }).delete()
  if (taken === 0) return false
  await tellOfRoles(trx, origin, { userId, role, by, type: 'role.revoked' })
  return true
}

async function tellOfRoles(
  trx: Knex,
  origin: RequestOrigin | null,
  { userId, role, by, type }: RoleChange & { readonly type: 'role.granted' | 'role.revoked' },
): Promise<void> {
  await raiseTokenVersion(trx, userId)
  await recordAudit(trx, origin, { ...by, action: type, userId, detail: { role } })
  await emitEvent(trx, type, userId, { role })
}
