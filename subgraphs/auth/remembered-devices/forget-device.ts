// The further factor is asked for on a device again. Its sessions go on.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { ForgetDeviceInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import type { UserWithRoles } from '../users/user.ts'

const limits = { deviceId: id } satisfies Limits<ForgetDeviceInput>

/** @throws AuthError NOT_FOUND for anybody else's too */
export async function forgetDevice(
  deps: AuthDeps,
  caller: Caller,
  input: ForgetDeviceInput,
): Promise<UserWithRoles> {
  const { deviceId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const { user, session } = await requireLiveSession(trx, caller.claims)
    const forgotten = await trx('known_devices')
      .where({ user_id: user.id, remembered_id: deviceId })
      .update({ remembered_id: null, remembered_until: null })
    if (forgotten !== 1) throw new AuthError('NOT_FOUND')
    await recordAudit(trx, caller.origin, {
      action: 'device.forgotten',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { deviceId },
    })
    return user
  })
}
