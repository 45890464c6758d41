// Roles, scopes and custom claims travel in every access token, and a cookie holds 4096 bytes: together they are bounded.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'

/** Bytes of names, scopes and claims of one user: with the rest of the token some 3.5 KB in base64url. */
export const TOKEN_ROOM_BYTES = 2048

/**
 * Call it after a change, in its transaction.
 * @throws AuthError CONFLICT when a user's token would not fit any more
 */
export async function requireTokenRoom(
  trx: Knex,
  of: { readonly userId: string } | { readonly role: string },
): Promise<void> {
  const holders =
    'userId' in of
      ? trx.select(trx.raw('?::text as user_id', [of.userId]))
      : trx('user_roles').where('role_name', of.role).select('user_id')
  const [row] = await trx
    .from(
      trx('users')
        .leftJoin('user_roles', 'user_roles.user_id', 'users.id')
        .leftJoin('roles', 'roles.name', 'user_roles.role_name')
        .whereIn('users.id', holders)
        .groupBy('users.id')
        .select(
          trx.raw(`octet_length(users.custom_claims::text) + coalesce(sum(octet_length(roles.name) + 3
            + octet_length(array_to_string(roles.scopes, ' '))
            + octet_length(roles.custom_claims::text)), 0) as bytes`),
        )
        .as('tokens'),
    )
    .max('bytes as bytes')
  if (Number(row?.bytes ?? 0) <= TOKEN_ROOM_BYTES) return
  throw new AuthError('CONFLICT', {
    message: `Roles, scopes and claims of one person have ${TOKEN_ROOM_BYTES} bytes in a token, and this is more.`,
  })
}
