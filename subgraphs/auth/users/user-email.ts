// One of a user's e-mail addresses. Each belongs to one user at most, in its normalised spelling.
import type { Knex } from 'knex'
import { Model } from 'objection'
import { AuthError } from '../core/errors.ts'
import { newId } from '../core/identifiers.ts'
import type { EmailAddress } from './normalize-email.ts'

const MAX_EMAILS = 10

export class UserEmail extends Model {
  static override readonly tableName = 'user_emails'

  declare id: string
  declare user_id: string
  declare email: string
  declare email_normalized: string
  /** null: an invitation, or an import, that nobody has proved yet. */
  declare verified_at: Date | null
  declare created_at: Date
}

export interface NewEmail {
  readonly userId: string
  readonly email: EmailAddress
  readonly isVerified: boolean
  /** Default: now. One that is brought back is as old as it was. */
  readonly createdAt?: Date
}

/** The user may be inserted after it, in the same transaction. @returns null when the address is taken */
export async function insertEmail(trx: Knex, insert: NewEmail): Promise<UserEmail | null> {
  const [row] = await trx('user_emails')
    .insert({
      id: newId('eml'),
      user_id: insert.userId,
      email: insert.email.address,
      email_normalized: insert.email.normalized,
      verified_at: insert.isVerified ? trx.fn.now() : null,
      ...(insert.createdAt && { created_at: insert.createdAt }),
    })
    .onConflict('email_normalized')
    .ignore()
    .returning('*')
  return row === undefined ? null : UserEmail.fromDatabaseJson(row)
}

export async function emailsOf(db: Knex, userId: string): Promise<UserEmail[]> {
  return await UserEmail.query(db).where('user_id', userId).orderBy('created_at').orderBy('id')
}

/** Hold the user's row locked: parallel calls count one after the other. @throws AuthError CONFLICT */
export function requireRoom(own: readonly UserEmail[]): void {
  if (own.length < MAX_EMAILS) return
  throw new AuthError('CONFLICT', {
    message: `There are ${MAX_EMAILS} addresses already: remove one first.`,
  })
}

/** Whether an address is still this user's: what was mailed to one that was removed proves nothing any more. */
export async function isAddressOf(
  db: Knex,
  userId: string,
  emailNormalized: string,
): Promise<boolean> {
  const row = await db('user_emails')
    .where({ user_id: userId, email_normalized: emailNormalized })
    .first('id')
  return row !== undefined
}
