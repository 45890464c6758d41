// Makes a user by mail: the link in the invitation lets them choose a password, which proves the address as well.
import type { Knex } from 'knex'
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { requireGrantableRoles } from '../roles/grantable.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { requireTokenRoom } from '../roles/token-room.ts'
import { createUser } from '../users/create-user.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import { parseEmail } from '../users/normalize-email.ts'
import { requireInvitations } from '../users/registration-mode.ts'
import type { User, UserWithRoles } from '../users/user.ts'
import { beginVerification } from '../verifications/begin-verification.ts'

const name = z.string().trim().max(200, 'Use at most 200 characters.').nullish()

const createUserInput = z.object({
  email: z.string().max(320, 'Use at most 254 characters.'),
  fullName: name,
  displayName: name,
  roles: z.array(z.string().max(50)).max(20).nullish(),
  customClaims: customClaimsInput.nullish(),
})

/** @throws AuthError CONFLICT for a taken address, or more roles and claims than a token holds; FORBIDDEN for a role at or above the admin's rank */
export async function inviteUser(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { email: emailText, ...given } = parseInput(createUserInput, input)
  const email = parseEmail(emailText)
  requireInvitations(deps.config)
  const roles = [...new Set(['user', ...(given.roles ?? [])])]
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    await requireGrantableRoles(trx, admin, roles)
    const user = await createUser(trx, {
      email: email.address,
      emailNormalized: email.normalized,
      isEmailVerified: false,
      password: null,
      fullName: given.fullName || null,
      displayName: given.displayName || null,
      roles,
      status: 'INVITED',
      customClaims: given.customClaims ?? {},
    })
    if (user === null) {
      throw new AuthError('CONFLICT', { message: 'There is an account with this address already.' })
    }
    await requireTokenRoom(trx, { userId: user.id })
    await recordAudit(trx, origin, {
      ...admin.by,
      action: 'user.invited',
      userId: user.id,
      detail: { roles },
    })
    await mailInvitation(trx, deps, user)
    return user
  })
}

/** The invitations before it stop working. */
export async function mailInvitation(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: User,
): Promise<void> {
  await trx('verifications')
    .where({ user_id: user.id, purpose: 'INVITATION' })
    .whereNull('consumed_at')
    .update({ consumed_at: trx.fn.now() })
  await beginVerification(trx, config, {
    purpose: 'INVITATION',
    email: { address: user.email, normalized: user.email_normalized },
    template: 'invitation',
    userId: user.id,
  })
}
