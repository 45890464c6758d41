// Removes a client: its tokens end on every gateway within the revocation bound, and what people had let it do is gone.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { Caller, RequestOrigin } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { revoke } from '../core/revoke.ts'
import type { DeleteClientInput } from '../generated.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endGrants } from '../sessions/end-grants.ts'
import { requireOwnClient } from './update-client.ts'

const limits = { id } satisfies Limits<DeleteClientInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for one that stands in the file */
export async function deleteClient(
  deps: AuthDeps,
  caller: Caller,
  input: DeleteClientInput,
): Promise<{ id: string }> {
  const { id } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const client = await requireOwnClient(trx, admin, id)
    await removeClient(trx, caller.origin, { id: client.id, actor: admin.by.actor })
    // Its document would bring it back the next time that somebody follows a link of it.
    if (client.source === 'DOCUMENT') {
      await trx('oauth_refused_documents').insert({ client_id: client.id })
    }
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'client.deleted',
      kept: { clientId: client.id },
    })
    return { id: client.id }
  })
}

/** With all that refers to it. */
export async function removeClient(
  trx: Knex,
  origin: RequestOrigin | null,
  { id, actor }: { readonly id: string; readonly actor: AuditEvent['actor'] },
): Promise<void> {
  await endGrants(trx, origin, {
    reason: 'client-deleted',
    actor,
    which: (query) => query.where('client_id', id),
  })
  await trx('oauth_clients').where('id', id).delete()
  await revoke(trx, [{ kind: 'client', id }])
  await emitEvent(trx, 'client.deleted', id, { clientId: id })
}
