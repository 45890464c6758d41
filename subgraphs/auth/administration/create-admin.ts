// The first admin, made from the command line: there are no default credentials.
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { requireStrongPassword } from '../factors/password/policy.ts'
import { grantRoleByEmail } from '../roles/roles-by-email.ts'
import { createUser } from '../users/create-user.ts'
import { parseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, type User } from '../users/user.ts'

/**
 * Makes a user with the role `admin`, or gives the role to the one who has the address. An existing password stays.
 * @throws AuthError WEAK_PASSWORD, BAD_USER_INPUT
 */
export async function createAdmin(
  { db, hasher, config }: Pick<AuthDeps, 'db' | 'hasher' | 'config'>,
  input: { readonly email: string; readonly password: string },
): Promise<{ user: User; isNew: boolean }> {
  const email = parseEmail(input.email, '--email')
  requireStrongPassword(input.password, {
    productName: config.mail.productName,
    person: [email.normalized],
  })
  const password = await hasher.hash(input.password)
  return await transact(db, async (trx) => {
    const existing = await findUserByEmail(trx, email)
    if (existing !== undefined) {
      await grantRoleByEmail(trx, { email: email.address, role: 'admin' })
      return { user: existing, isNew: false }
    }
    const user = await createUser(trx, {
      email: email.address,
      emailNormalized: email.normalized,
      password,
      fullName: null,
      displayName: null,
      roles: ['admin', 'user'],
    })
    if (user === null)
      throw new Error('This address was registered a moment ago: run the command again')
    await recordAudit(trx, null, {
      action: 'admin.created',
      actor: { kind: 'operator' },
      userId: user.id,
    })
    return { user, isNew: true }
  })
}
