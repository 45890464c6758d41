// What is kept and told of an unusual sign-in: the audit trail, an event, and a mail to every mailbox of the person.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { transactMailing } from '../core/throttling/count-mail.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import { emailsOf } from '../users/user-email.ts'
import type { Anomaly } from './find-anomalies.ts'

export interface AnomalousSignIn {
  readonly userId: string
  readonly found: readonly Anomaly[]
}

/** Thrown where a session would have been made; told of once its transaction is undone. */
export class SignInBlocked extends AuthError {
  readonly signIn: AnomalousSignIn

  constructor(signIn: AnomalousSignIn) {
    super('FORBIDDEN', {
      reason: 'SIGN_IN_BLOCKED',
      message:
        'This sign-in is unusual, and was stopped. We have told you by e-mail; use a device that you have signed in on before.',
    })
    this.signIn = signIn
  }
}

/** A new device by itself has a mail of its own. */
export async function recordAnomalies(
  trx: Knex,
  deps: Pick<AuthDeps, 'findPlace'>,
  origin: RequestOrigin,
  { userId, found, sessionId }: AnomalousSignIn & { readonly sessionId: string },
): Promise<void> {
  if (found.length === 0) return
  await record(trx, origin, { userId, found, sessionId, outcome: 'success' })
  if (found.every(({ kind }) => kind === 'device')) return
  await tell(trx, deps, origin, { userId, template: 'unusual-sign-in' })
}

/** Its mail has a limit: whoever has the password could else send as many as they like. */
export async function recordBlocked(
  deps: AuthDeps,
  origin: RequestOrigin,
  { userId, found }: AnomalousSignIn,
): Promise<void> {
  const share = {
    limit: 'login-mail-hour',
    key: countKey({ user: userId, purpose: 'BLOCKED' }),
  } as const
  await transactMailing(deps, [share], async (trx, { isMailed }) => {
    await record(trx, origin, { userId, found, sessionId: null, outcome: 'failure' })
    if (isMailed) await tell(trx, deps, origin, { userId, template: 'sign-in-blocked' })
  })
}

async function record(
  trx: Knex,
  origin: RequestOrigin,
  of: AnomalousSignIn & {
    readonly sessionId: string | null
    readonly outcome: 'success' | 'failure'
  },
): Promise<void> {
  const { userId, found, sessionId, outcome } = of
  const kinds = found.map(({ kind }) => kind)
  await recordAudit(trx, origin, {
    action: 'sign-in.anomaly',
    outcome,
    actor: { kind: 'user', id: userId },
    userId,
    sessionId,
    kept: { kinds, actions: found.map(({ action }) => action) },
  })
  await emitEvent(trx, 'session.anomaly', userId, { sessionId, kinds })
}

async function tell(
  trx: Knex,
  { findPlace }: Pick<AuthDeps, 'findPlace'>,
  { ipAddress }: RequestOrigin,
  of: { readonly userId: string; readonly template: 'unusual-sign-in' | 'sign-in-blocked' },
): Promise<void> {
  await notifyAddresses(trx, await emailsOf(trx, of.userId), {
    template: of.template,
    data: {
      time: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      address: ipAddress ?? 'unknown',
      country: findPlace(ipAddress)?.country ?? '',
    },
  })
}
