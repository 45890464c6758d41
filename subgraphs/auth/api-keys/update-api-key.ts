// Renames a key or narrows what it may. Widening would need a new proof: create a new key for that.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { badInput } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { revoke } from '../core/revoke.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { UpdateApiKeyInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { isAddressAllowed, requireAddresses } from './address-list.ts'
import { ApiKey } from './api-key.ts'
import { bindingColumns, requireTighterBindings } from './bindings.ts'
import { keyLimits } from './create-api-key.ts'
import { requireOwnKey } from './own-key.ts'

const limits = { id, ...keyLimits } satisfies Limits<UpdateApiKeyInput>

/** Fields that are absent or null stay as they are. @throws AuthError BAD_USER_INPUT when the key would gain something; STEP_UP_REQUIRED */
export async function updateApiKey(
  deps: AuthDeps,
  caller: Caller,
  input: UpdateApiKeyInput,
): Promise<ApiKey> {
  const change = parseInput(limits, input)
  if (change.allowedIps) requireAddresses(change.allowedIps)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const key = await requireOwnKey(trx, user.id, change.id)
    requireNarrower('roles', key.roles, change.roles)
    requireNarrower('scopes', key.scopes, change.scopes)
    if (change.allowedIps) requireNarrowerAddresses(key.allowed_ips, change.allowedIps)
    requireTighterBindings(key, change)
    const [row] = await trx('api_keys')
      .where('id', key.id)
      .update({
        name: change.name ?? key.name,
        roles: change.roles ?? key.roles,
        scopes: change.scopes ?? key.scopes,
        allowed_ips: change.allowedIps ?? key.allowed_ips,
        ...bindingColumns(change),
      })
      .returning('*')
    await revoke(trx, [{ kind: 'api-key-changed', id: key.id }])
    await recordAudit(trx, caller.origin, {
      action: 'api_key.updated',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      apiKeyId: key.id,
    })
    return ApiKey.fromDatabaseJson(row)
  })
}

function requireNarrower(
  field: 'roles' | 'scopes',
  present: readonly string[],
  wanted: readonly string[] | null | undefined,
): void {
  const added = wanted?.find((entry) => !present.includes(entry))
  if (added !== undefined) {
    throw badInput(
      `input.${field}`,
      `The key does not have "${added}": create a new key to give it more.`,
    )
  }
}

function requireNarrowerAddresses(
  present: readonly string[] | null,
  wanted: readonly string[],
): void {
  if (present === null) return
  const added = wanted.find(
    (entry) =>
      !present.includes(entry) && (entry.includes('/') || !isAddressAllowed(present, entry)),
  )
  if (added !== undefined) {
    throw badInput(
      'input.allowedIps',
      `"${added}" is outside of what the key allows: create a new key.`,
    )
  }
}
