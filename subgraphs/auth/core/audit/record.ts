// One record for each auth event, written in the transaction of what it tells about. Nothing changes it afterwards.
import { type ClaimsKind, principalKinds } from '@sallyport/claims'
import type { Knex } from 'knex'
import type { RequestOrigin } from '../caller.ts'
import { commitmentOf, createPart, type PersonalPart } from './commitment.ts'

/** Anyone who may call, by the table of kinds; the command line; and Sallyport itself. A gateway asks, and does nothing. */
export type AuditActorKind = Exclude<ClaimsKind, 'gateway'> | 'operator' | 'system'

/** Kinds as the graph names them. */
export const auditActorKinds: ReadonlyMap<string, string> = new Map(
  [...Object.values(principalKinds).map(({ claimsKind }) => claimsKind), 'operator', 'system']
    .filter((kind) => kind !== 'gateway')
    .map((kind) => [kind, kind.toUpperCase().replaceAll('-', '_')]),
)

export interface AuditEvent {
  /** Dotted, as `session.created`. */
  readonly action: string
  readonly outcome?: 'success' | 'failure'
  readonly actor: {
    readonly kind: AuditActorKind
    readonly id?: string
    /** Of an API key: its owner, with whom goes what the key did. */
    readonly ownerId?: string
  }
  readonly userId?: string | null
  readonly sessionId?: string | null
  readonly apiKeyId?: string | null
  /** Facts that explain the event, erased with the user. Never a secret, a token, a code or a password. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** Facts that stay when the user is erased: nothing that leads to a person. */
  readonly kept?: Readonly<Record<string, unknown>>
}

export async function recordAudit(
  trx: Knex,
  origin: RequestOrigin | null,
  event: AuditEvent,
): Promise<void> {
  const actor = actorPart(origin, event)
  const target = targetPart(event)
  const columns: (string | null)[] = [
    event.action,
    event.outcome ?? 'success',
    event.actor.kind,
    origin?.operationName ?? null,
    origin?.operationHash ?? null,
    origin?.requestId ?? null,
    JSON.stringify(event.kept ?? {}),
    actor && commitmentOf(actor),
    target && commitmentOf(target),
  ]
  // One statement: whole or not at all, also where a caller has no transaction. Of somebody who was erased while the
  // request was under way nothing personal is kept.
  await trx.raw(
    `with record as (
       insert into audit_records (action, outcome, actor_kind, operation_name, operation_hash,
         request_id, kept, actor_commitment, target_commitment)
       values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?) returning id, occurred_at
     ), personal as (
       insert into audit_personal (occurred_at, record_id, part, person, salt, data)
       select occurred_at, id, part, person, salt, data
       from record cross join jsonb_to_recordset(?::jsonb)
         as parts (part text, person text, salt text, data jsonb)
       where person is null or exists (select from users where id = person)
     )
     insert into audit_unsealed (record_id, occurred_at) select id, occurred_at from record`,
    [...columns, JSON.stringify([actor, target].filter((part) => part !== null))],
  )
}

/** Somebody unknown at a user's door is that user's affair: their address goes when the user is erased. */
function actorPart(origin: RequestOrigin | null, event: AuditEvent): PersonalPart | null {
  const { kind, id, ownerId } = event.actor
  // A client is nobody's: nothing that it did goes with a person.
  const person = kind === 'client' ? null : (ownerId ?? id ?? event.userId ?? null)
  return createPart('actor', person, {
    id,
    ipAddress: origin?.ipAddress,
    userAgent: origin?.userAgent,
    sessionId: origin?.sessionId,
    apiKeyId: origin?.apiKeyId,
  })
}

function targetPart({ userId, sessionId, apiKeyId, detail }: AuditEvent): PersonalPart | null {
  const hasDetail = detail !== undefined && Object.keys(detail).length > 0
  return createPart('target', userId ?? null, {
    id: userId,
    sessionId,
    apiKeyId,
    detail: hasDetail ? detail : undefined,
  })
}
