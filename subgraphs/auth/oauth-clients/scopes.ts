// Which scopes an app may be given. Those of the protocol are everybody's; the others are those that roles have.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { requireGrantableRoles } from '../roles/grantable.ts'
import type { Admin } from '../roles/require-admin.ts'

/** What a person's app may be told of them (OpenID Connect Core, 5.4), kept beyond the session, and do in the graph. */
const PROTOCOL_SCOPES = [
  'openid',
  'profile',
  'email',
  'offline_access',
  'graph',
  'graph:write',
] as const

export function isProtocolScope(scope: string): boolean {
  return (PROTOCOL_SCOPES as readonly string[]).includes(scope)
}

/** What opens the graph: of no use anywhere else. */
export function isGraphScope(scope: string): boolean {
  return scope === 'graph' || scope === 'graph:write'
}

/**
 * Roles and scopes that somebody gives to a client: below their own rank. A scope that only roles of their rank or above have is
 * such a one; a scope of no role can be given by anybody who could make a role with it.
 * @throws AuthError FORBIDDEN, or BAD_USER_INPUT for a role that does not exist
 */
export async function requireGivable(
  trx: Knex,
  admin: Pick<Admin, 'rank'>,
  { roles, scopes }: { readonly roles: readonly string[]; readonly scopes: readonly string[] },
): Promise<void> {
  await requireGrantableRoles(trx, admin, roles)
  const asked = scopes.filter((scope) => !isProtocolScope(scope))
  if (asked.length === 0) return
  const holding: { scopes: string[]; rank: number }[] = await trx('roles')
    .whereRaw('scopes && ?::text[]', [asked])
    .select('scopes', 'rank')
  const tooHigh = asked.find((scope) => {
    const ranks = holding.filter((role) => role.scopes.includes(scope)).map(({ rank }) => rank)
    return ranks.length > 0 && Math.min(...ranks) >= admin.rank
  })
  if (tooHigh === undefined) return
  throw new AuthError('FORBIDDEN', {
    message: `Only roles of your own rank or above have the scope "${tooHigh}".`,
  })
}

/** @throws AuthError FORBIDDEN for anybody below the highest rank that there is */
export async function requireHighestRank(trx: Knex, admin: Pick<Admin, 'rank'>): Promise<void> {
  const [row] = await trx('roles').max('rank as rank')
  if (admin.rank >= Number(row?.rank ?? 0)) return
  throw new AuthError('FORBIDDEN', {
    message: 'Only the highest rank makes an app a first-party one.',
  })
}
