// One row for each auth event, written in the transaction of what it tells about.
import type { Knex } from 'knex'
import type { RequestOrigin } from '../dependencies.ts'

export interface AuditEvent {
  /** Dotted, as `session.created`. */
  readonly action: string
  readonly outcome?: 'success' | 'failure'
  readonly actor: {
    readonly kind: 'user' | 'api-key' | 'anonymous' | 'operator' | 'system'
    readonly id?: string
  }
  readonly userId?: string | null
  readonly sessionId?: string | null
  readonly apiKeyId?: string | null
  /** Facts that explain the event. Never a secret, a token, a code or a password. */
  readonly detail?: Readonly<Record<string, unknown>>
}

export async function recordAudit(
  trx: Knex,
  origin: RequestOrigin | null,
  event: AuditEvent,
): Promise<void> {
  await trx('audit_events').insert({
    action: event.action,
    outcome: event.outcome ?? 'success',
    actor_kind: event.actor.kind,
    actor_id: event.actor.id ?? null,
    user_id: event.userId ?? null,
    session_id: event.sessionId ?? null,
    api_key_id: event.apiKeyId ?? null,
    ip_address: origin?.ipAddress ?? null,
    user_agent: origin?.userAgent ?? null,
    operation_name: origin?.operationName ?? null,
    request_id: origin?.requestId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  })
}
