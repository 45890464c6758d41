// Tells apps that a person's session ended (OpenID Connect Back-Channel Logout 1.0, 2.5): at least once, and no longer than is of use.
import type { Knex } from 'knex'
import { type Repeating, repeat } from '../core/repeat.ts'
import { appSessionId } from './app-session-id.ts'
import type { ServingParts } from './serving.ts'

const LOOK_MS = 1_000
const AT_ONCE = 20
const MOST_TRIES = 8

interface Due {
  readonly id: string
  readonly client_id: string
  readonly user_id: string
  readonly session_id: string
  readonly attempts: number
  /** It waited for the end that comes by itself. */
  readonly at_expiry: boolean
}

export function startLogoutSender(parts: ServingParts): Repeating {
  const { log } = parts.deps
  return repeat({
    pauseMs: LOOK_MS,
    run: async () => (await sendDue(parts)) === AT_ONCE,
    onFailure: (error) => log.warn({ err: error }, 'apps could not be told of a logout'),
  })
}

async function sendDue(parts: ServingParts): Promise<number> {
  const due = await takeDue(parts.deps.db)
  await Promise.all(due.map((one) => sendOne(parts, one)))
  return due.length
}

/** What is taken comes back later by itself: a crash loses nothing. */
async function takeDue(db: Knex): Promise<Due[]> {
  return await db('oauth_logouts')
    .whereIn(
      'id',
      db('oauth_logouts')
        .select('id')
        .whereRaw('available_at <= now()')
        .orderBy('available_at')
        .limit(AT_ONCE)
        .forUpdate()
        .skipLocked(),
    )
    .update({
      attempts: db.raw('attempts + 1'),
      available_at: db.raw("now() + power(2, attempts + 3) * interval '1 second'"),
    })
    .returning(['id', 'client_id', 'user_id', 'session_id', 'attempts', 'at_expiry'])
}

async function sendOne({ deps, provider }: ServingParts, due: Due): Promise<void> {
  if (due.at_expiry && !(await hasExpired(deps.db, due))) return
  const client = await provider().Client.find(due.client_id)
  try {
    // The types do not know it: the library's own end of a session calls it.
    const { backchannelLogout } = (client ?? {}) as {
      backchannelLogout?(this: object, sub: string, sid: string): Promise<void>
    }
    if (client !== undefined) {
      await backchannelLogout?.call(
        client,
        due.user_id,
        appSessionId(due.session_id, due.client_id),
      )
    }
  } catch (error) {
    if (due.attempts < MOST_TRIES) return
    deps.log.warn({ err: error, clientId: due.client_id }, 'an app was not told of a logout')
  }
  await deps.db('oauth_logouts').where('id', due.id).delete()
}

/** A session that was used meanwhile ends later; of one that somebody ended, its apps were told then. */
async function hasExpired(db: Knex, { id, session_id }: Due): Promise<boolean> {
  const end = 'least(expires_at, idle_expires_at)'
  const session: { ends_at: Date; is_over: boolean } | undefined = await db('sessions')
    .where({ id: session_id, status: 'ACTIVE' })
    .first(db.raw(`${end} as ends_at, ${end} <= now() as is_over`))
  if (session?.is_over === true) return true
  const row = db('oauth_logouts').where('id', id)
  if (session === undefined) await row.delete()
  else await row.update({ available_at: session.ends_at, attempts: 0 })
  return false
}
