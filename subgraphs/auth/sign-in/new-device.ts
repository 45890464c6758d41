// A sign-in from a device that was not seen before is told to the person, with one click that takes the account back.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { deviceOf } from '../sessions/device-of.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'
import { beginVerification } from '../verifications/begin-verification.ts'

export async function notifyOfNewDevice(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  { user, session }: { readonly user: User; readonly session: Session },
): Promise<void> {
  await beginVerification(trx, config, {
    purpose: 'SESSION_REPORT',
    email: { address: user.email, normalized: user.email_normalized },
    template: 'new-device',
    userId: user.id,
    detail: {
      sessionId: session.id,
      since: session.created_at.toISOString(),
      time: `${session.created_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      device: deviceOf(session),
      address: session.ip_address,
    },
  })
}
