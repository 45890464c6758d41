// Apps that a person let in are told that the session ended, where they asked to be: written with the end, and told afterwards.
import type { Knex } from 'knex'

export async function tellAppsOfEnd(trx: Knex, sessionIds: readonly string[]): Promise<void> {
  await trx.raw(
    `insert into oauth_logouts (client_id, user_id, session_id)
     select distinct c.id, g.user_id, g.session_id
     from oauth_grants g join oauth_clients c on c.id = g.client_id
     where g.session_id = any (?) and c.backchannel_logout_uri is not null`,
    [[...sessionIds]],
  )
}
