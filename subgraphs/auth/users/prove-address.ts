// Anyone who reads the mail of an address owns it: an invited or imported one counts as verified from then on.
import type { Knex } from 'knex'
import type { User } from './user.ts'

export async function proveAddress(trx: Knex, user: User, emailNormalized: string): Promise<void> {
  await trx('user_emails')
    .where({ user_id: user.id, email_normalized: emailNormalized })
    .whereNull('verified_at')
    .update({ verified_at: trx.fn.now() })
  if (user.email_normalized !== emailNormalized || user.email_verified) return
  await trx('users').where('id', user.id).update({ email_verified: true })
}
