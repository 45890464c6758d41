// An account appears with the identity that opens it: the account before the session, and the link once there is one.
import type { Knex } from 'knex'
import { lockOne } from '../core/advisory-lock.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { AuthError } from '../core/errors.ts'
import { type Link, linkIdentity } from '../factors/provider/linked-identity.ts'
import type { ProviderProfile } from '../factors/provider/profile.ts'
import type { ProviderSettings } from '../factors/provider/protocol.ts'
import { createUser } from '../users/create-user.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import type { UserWithRoles } from '../users/user.ts'
import { disarmRegistrations } from './complete-registration.ts'

export interface NewIdentity {
  readonly email: EmailAddress
  readonly profile: Pick<ProviderProfile, 'name'>
  readonly settings: Pick<ProviderSettings, 'id'>
}

/** @returns null where the address has come to have an account */
export async function registerUser(
  trx: Knex,
  { origin }: Pick<Caller, 'origin'>,
  { email, profile, settings }: NewIdentity,
): Promise<UserWithRoles | null> {
  await lockOne(trx, 'emailAddress', email.normalized)
  const user = await createUser(trx, {
    email: email.address,
    emailNormalized: email.normalized,
    password: null,
    fullName: profile.name,
    displayName: null,
    roles: ['user'],
  })
  if (user === null) return null
  await disarmRegistrations(trx, email.normalized)
  await recordAudit(trx, origin, {
    action: 'user.registered',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
    detail: { provider: settings.id },
  })
  return user
}

/**
 * Nobody needs to be told of what they have just registered with.
 * @throws AuthError VERIFICATION_FAILED where the identity has come to be somebody else's: then there is no account either
 */
export async function linkFirst(
  trx: Knex,
  { origin }: Pick<Caller, 'origin'>,
  link: Omit<Link, 'isRegistration'>,
): Promise<void> {
  if ((await linkIdentity(trx, origin, { ...link, isRegistration: true })) === null) {
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
}
