// An account at a provider that signs in somebody here: known by issuer and subject, never by an address.
import type { Knex } from 'knex'
import { Model } from 'objection'
import { recordAudit } from '../../core/audit/record.ts'
import type { RequestOrigin } from '../../core/caller.ts'
import { emitEvent } from '../../core/events/emit.ts'
import { newId } from '../../core/identifiers.ts'
import { notifyAddresses } from '../../users/notify-addresses.ts'
import { emailsOf } from '../../users/user-email.ts'
import type { ProviderProfile } from './profile.ts'
import type { ProviderSettings } from './protocol.ts'

export class LinkedIdentity extends Model {
  static override readonly tableName = 'linked_identities'

  declare id: string
  declare user_id: string
  /** As in PROVIDERS. */
  declare provider: string
  declare issuer: string
  declare subject: string
  /** As the provider told it last; for people to tell accounts apart, and for nothing else. */
  declare email: string | null
  /** In which it was linked: "this was not me" takes away what an intruder linked, and nothing else. */
  declare session_id: string
  declare created_at: Date
  declare last_used_at: Date | null
}

export type IdentityKey = Pick<ProviderProfile, 'issuer' | 'subject'>

export async function findIdentity(
  db: Knex,
  { issuer, subject }: IdentityKey,
): Promise<LinkedIdentity | undefined> {
  return await LinkedIdentity.query(db).findOne({ issuer, subject })
}

/** @param id Of a linked identity. */
export async function isIdentityOf(db: Knex, id: string, userId: string): Promise<boolean> {
  return (await LinkedIdentity.query(db).findOne({ id, user_id: userId })) !== undefined
}

export async function identitiesOf(db: Knex, userId: string): Promise<LinkedIdentity[]> {
  return await LinkedIdentity.query(db).where('user_id', userId).orderBy('created_at').orderBy('id')
}

export interface Link {
  readonly userId: string
  readonly sessionId: string
  readonly settings: Pick<ProviderSettings, 'id' | 'name'>
  readonly profile: IdentityKey & Pick<ProviderProfile, 'email'>
  /** Nobody needs to be told of what they have just registered with. Default false. */
  readonly isRegistration?: boolean
}

/**
 * Call it with the user's row locked.
 * @returns null when it is somebody's already
 */
export async function linkIdentity(
  trx: Knex,
  origin: RequestOrigin,
  { userId, sessionId, settings, profile, isRegistration = false }: Link,
): Promise<LinkedIdentity | null> {
  const [row] = await trx('linked_identities')
    .insert({
      id: newId('idn'),
      user_id: userId,
      provider: settings.id,
      issuer: profile.issuer,
      subject: profile.subject,
      email: profile.email,
      session_id: sessionId,
      last_used_at: trx.fn.now(),
    })
    .onConflict(['issuer', 'subject'])
    .ignore()
    .returning('*')
  if (row === undefined) return null
  const identity = LinkedIdentity.fromDatabaseJson(row)
  await recordIdentity(trx, origin, { identity, action: 'identity.linked', settings })
  if (isRegistration) return identity
  await notifyAddresses(trx, await emailsOf(trx, userId), {
    template: 'identity-linked',
    data: { provider: settings.name },
  })
  return identity
}

export async function recordIdentity(
  trx: Knex,
  origin: RequestOrigin,
  change: {
    readonly identity: LinkedIdentity
    readonly action: 'identity.linked' | 'identity.unlinked'
    readonly settings: Pick<ProviderSettings, 'id' | 'name'>
  },
): Promise<void> {
  const { identity, action } = change
  await recordAudit(trx, origin, {
    action,
    actor: { kind: 'user', id: identity.user_id },
    userId: identity.user_id,
    sessionId: origin.sessionId,
    detail: { identityId: identity.id, provider: identity.provider },
  })
  await emitEvent(trx, 'user.updated', identity.user_id, { changed: ['identities'] })
}
