// The library's session is the person's own under another name: looked up anew at each step, renewed when they proved more, and gone
// with it. No cookie of it leaves or comes in.
import type { Claims } from '@sallyport/claims'
import { mayEver } from '@sallyport/claims'
import type { Knex } from 'knex'
import { Session } from '../sessions/session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'

export interface Present {
  readonly session: Session
  readonly user: UserWithRoles
}

/** The person before the page, as the database has them now; null: nobody. */
export async function findPresent(db: Knex, claims: Claims): Promise<Present | null> {
  const { sessionId, subject: userId } = claims
  if (!mayEver(claims, 'session') || sessionId === null || userId === null) return null
  return await findOpenSession(db, { sessionId, userId })
}

export async function findOpenSession(
  db: Knex,
  { sessionId, userId }: { readonly sessionId: string; readonly userId: string },
): Promise<Present | null> {
  const session = await Session.query(db)
    .findOne({ id: sessionId, user_id: userId, status: 'ACTIVE' })
    .whereRaw('expires_at > now() and idle_expires_at > now()')
  const user = session && (await findUserWithRoles(db, session.user_id))
  if (session === undefined || user?.status !== 'ACTIVE') return null
  return { session, user }
}

/** Makes the library's session say what ours says. */
export async function bindSession(db: Knex, { session }: Present): Promise<void> {
  const { id, user_id, acr, authentication_methods: amr } = session
  const payload = {
    uid: id,
    kind: 'Session',
    accountId: user_id,
    loginTs: Math.floor(session.authenticated_at.getTime() / 1000),
    acr,
    amr,
    iat: Math.floor(session.created_at.getTime() / 1000),
    exp: Math.floor(session.expires_at.getTime() / 1000),
  }
  await db('oauth_objects')
    .insert({
      model: 'Session',
      id_hash: id,
      payload: JSON.stringify(payload),
      expires_at: session.expires_at,
    })
    .onConflict(['model', 'id_hash'])
    .merge({
      // What the library added stays; what is ours is ours.
      payload: db.raw('oauth_objects.payload || excluded.payload'),
      expires_at: session.expires_at,
    })
}
