// Apps that a person let in are told that the session ended, where they asked to be: written with the end, and told afterwards. An end
// that comes by itself nobody writes: for that one a row waits from the beginning, and the session is looked at when its time has come.
import type { Knex } from 'knex'

export async function tellAppsOfEnd(trx: Knex, sessionIds: readonly string[]): Promise<void> {
  await trx.raw(
    `with waiting as (delete from oauth_logouts where at_expiry and session_id = any (:ids))
     insert into oauth_logouts (client_id, user_id, session_id)
     select distinct c.id, g.user_id, g.session_id
     from oauth_grants g join oauth_clients c on c.id = g.client_id
     where g.session_id = any (:ids) and c.backchannel_logout_uri is not null`,
    { ids: [...sessionIds] },
  )
}

/** Of an app that was let in just now. */
export async function tellAppOfExpiry(trx: Knex, grantId: string): Promise<void> {
  await trx.raw(
    `insert into oauth_logouts (client_id, user_id, session_id, available_at, at_expiry)
     select c.id, g.user_id, s.id, least(s.expires_at, s.idle_expires_at), true
     from oauth_grants g join oauth_clients c on c.id = g.client_id join sessions s on s.id = g.session_id
     where g.id = ? and c.backchannel_logout_uri is not null
     on conflict (session_id, client_id) where at_expiry do nothing`,
    [grantId],
  )
}
