// Confirming a factor proves it for the session at hand; its tokens say so from their next refresh on.
import type { Knex } from 'knex'

/** @param amr RFC 8176 names of the factor */
export async function raiseSession(
  trx: Knex,
  sessionId: string,
  amr: readonly string[],
): Promise<void> {
  await trx('sessions')
    .where('id', sessionId)
    .update({
      mfa_at: trx.fn.now(),
      authentication_methods: trx.raw(
        `array(select name from unnest(authentication_methods || ?::text[])
           with ordinality as all_of (name, place) group by name order by min(place))`,
        [[...new Set([...amr, 'mfa'])]],
      ),
    })
}
