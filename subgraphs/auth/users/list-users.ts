// All users, for admins: searched, filtered and paged.

import type { AuthContext } from '../context.ts'
import { badInput } from '../errors.ts'
import type { Connection, ConnectionArguments } from '../pagination.ts'
import { paginate } from '../pagination.ts'
import { User, type UserStatus } from './user.ts'

export interface UserFilter {
  readonly status?: UserStatus | null
  readonly role?: string | null
}

const MAX_SEARCH = 200

export async function listUsers(
  { deps, users }: AuthContext,
  args: ConnectionArguments & {
    readonly search?: string | null
    readonly filter?: UserFilter | null
  },
): Promise<Connection<User>> {
  const { search, filter } = args
  if (search != null && search.length > MAX_SEARCH)
    throw badInput('search', `Use at most ${MAX_SEARCH} characters.`)
  const query = deps.db('users').select('users.*')
  if (filter?.status != null) query.where('status', filter.status)
  if (filter?.role != null) {
    query.whereExists(
      deps.db('user_roles').whereRaw('user_id = users.id').where('role_name', filter.role),
    )
  }
  if (search != null && search !== '') {
    const pattern = `%${escapeLike(search.toLowerCase())}%`
    query.whereRaw(
      "(email_normalized like ? or lower(coalesce(full_name, '')) like ? or lower(coalesce(display_name, '')) like ?)",
      [pattern, pattern, pattern],
    )
  }
  const page = await paginate(query, args, (row) => User.fromDatabaseJson(row))
  const nodes = await users.loadMany(page.edges.map((edge) => edge.node.id))
  return {
    ...page,
    edges: page.edges.map((edge, index) => {
      const user = nodes[index]
      return user === null || user instanceof Error || user === undefined
        ? edge
        : { ...edge, node: user }
    }),
  }
}

/** `%` and `_` are letters here, not wildcards. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
