// Makes a user by mail: the link in the invitation lets them choose a password, which proves the address as well.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import type { CreateUserInput } from '../generated.ts'
import { requireRegistrable } from '../hooks/ask.ts'
import { requireGrantableRoles } from '../roles/grantable.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { requireTokenRoom } from '../roles/token-room.ts'
import { createUser } from '../users/create-user.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import { emailInput, parseEmail } from '../users/normalize-email.ts'
import { requireInvitations } from '../users/registration-mode.ts'
import { namesInput, type UserWithRoles } from '../users/user.ts'
import { mailInvitation, transactInviting } from './mail-invitation.ts'

const limits = {
  email: emailInput,
  ...namesInput,
  roles: z.array(text(50)).max(20),
  customClaims: customClaimsInput,
} satisfies Limits<CreateUserInput>

/** @throws AuthError CONFLICT for a taken address, or more roles and claims than a token holds; FORBIDDEN for a role at or above the admin's rank, and where a hook refuses; RATE_LIMITED */
export async function inviteUser(
  deps: AuthDeps,
  caller: Caller,
  input: CreateUserInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { email: typed, ...given } = parseInput(limits, input)
  const email = parseEmail(typed)
  requireInvitations(deps.config)
  await requireRegistrable(deps, caller, { email: email.address, method: 'invitation' })
  const roles = [...new Set(['user', ...(given.roles ?? [])])]
  return await transactInviting(deps, caller, { email: email.normalized }, async (trx) => {
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
