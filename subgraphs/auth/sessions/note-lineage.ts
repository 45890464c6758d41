// In which sessions the factors and identities were added that a session was signed in or confirmed with: "this was not me" finds it
// by any of them. Only ever added to, so that nobody covers where they came from by confirming with something newer.
import type { Knex } from 'knex'

export async function noteLineage(
  trx: Knex,
  { sessionId, enrolledIn }: { readonly sessionId: string; readonly enrolledIn: string },
): Promise<void> {
  if (sessionId === enrolledIn) return
  await trx('sessions')
    .where('id', sessionId)
    .whereRaw('not came_of @> array[?::text]', [enrolledIn])
    .update({ came_of: trx.raw('array_append(came_of, ?::text)', [enrolledIn]) })
}
