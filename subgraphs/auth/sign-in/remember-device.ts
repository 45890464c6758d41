// Anyone who showed a further factor may ask not to be asked for it on this device for some days (REMEMBER_DEVICE_DAYS).
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { rememberFor } from '../sessions/remembered.ts'
import type { Session } from '../sessions/session.ts'
import type { Proof } from '../verifications/verification.ts'
import { methodsOf, sparesFurther } from './policy.ts'

/** Does nothing where it is not offered, and for anyone who showed no further factor in this very sign-in. */
export async function rememberDevice(
  trx: Knex,
  { config, factors }: Pick<AuthDeps, 'config' | 'factors'>,
  { origin }: Caller,
  { session, proved }: { readonly session: Session; readonly proved: readonly Proof[] },
): Promise<void> {
  const { rememberDeviceDays: days } = config
  if (!sparesFurther(config) || !methodsOf(factors, proved).includes('mfa')) return
  const deviceId = await rememberFor(trx, session, days)
  if (deviceId === null) return
  await recordAudit(trx, origin, {
    action: 'device.remembered',
    actor: { kind: 'user', id: session.user_id },
    userId: session.user_id,
    sessionId: session.id,
    detail: { deviceId, days },
  })
}
