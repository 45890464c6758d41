// Which scopes an app may be given. Those of the protocol are everybody's; the others are those that roles have.
import type { Knex } from 'knex'
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { requireGrantableRoles } from '../roles/grantable.ts'
import type { Admin } from '../roles/require-admin.ts'

/** What a person's app may be told of them (OpenID Connect Core, 5.4), kept beyond the session, and do in the graph. */
export const PROTOCOL_SCOPES = [
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

/** Whether a resource is the graph, as one of the ways of writing it has it. */
export function isGraph(publicUrl: string, resource: string): boolean {
  return [publicUrl, `${publicUrl}/`, `${publicUrl}/graphql`].includes(resource)
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

/** Those that are neither the protocol's, nor described in supergraph.yaml, nor of any role. */
export async function unknownScopes(
  db: Knex,
  described: DescribedScopes,
  scopes: readonly string[],
): Promise<string[]> {
  const left = scopes.filter((scope) => !isProtocolScope(scope) && !described.has(scope))
  if (left.length === 0) return []
  const roles: { scopes: string[] }[] = await db('roles')
    .whereRaw('scopes && ?::text[]', [left])
    .select('scopes')
  return left.filter((scope) => !roles.some((role) => role.scopes.includes(scope)))
}

/**
 * Where a deployment describes its scopes, no client is given another one: it would be a slip that nobody is told of.
 * @param added What the client has not had before: what it has stays
 * @returns a sentence about the first that is unknown; null: none is
 */
export async function problemOfScopes(
  db: Knex,
  described: DescribedScopes,
  added: readonly string[],
): Promise<string | null> {
  if (described.size === 0) return null
  const [unknown] = await unknownScopes(db, described, added)
  if (unknown === undefined) return null
  return `There is no scope "${unknown}": describe it below "scopes:" in supergraph.yaml, or give it to a role.`
}

/** @throws AuthError BAD_USER_INPUT */
export async function requireKnownScopes(
  trx: Knex,
  { describedScopes }: Pick<AuthDeps, 'describedScopes'>,
  added: readonly string[],
): Promise<void> {
  const problem = await problemOfScopes(trx, describedScopes, added)
  if (problem !== null) throw badInput('input.scopes', problem)
}
