// All users, for admins: searched, filtered, sorted and paged, each on an index (docs/administration.md has the plans).
import type { AuthDeps } from '../core/dependencies.ts'
import { badInput } from '../core/errors.ts'
import { type Connection, type Order, paginate } from '../core/pagination.ts'
import type { QueryUsersArgs, UserOrderField } from '../generated.ts'
import { User } from './user.ts'

const ORDERS = {
  CREATED_AT: 'created_at',
  EMAIL: 'email_normalized',
  NAME: 'sort_name',
} as const satisfies Record<UserOrderField, string>

/** Without the roles, which the page's rows do not have. */
export interface ListedUser {
  readonly cursor: string
  readonly node: User
}

const MAX_SEARCH = 200
/** What a trigram index can find. */
const MIN_SEARCH = 3

export async function listUsers(deps: AuthDeps, args: QueryUsersArgs): Promise<Connection<User>> {
  const { search, filter, orderBy } = args
  const query = deps.db('users').select('users.*')
  if (filter?.status != null) query.where('status', filter.status)
  if (filter?.role != null) {
    query.whereIn('id', deps.db('user_roles').where('role_name', filter.role).select('user_id'))
  }
  if (search != null && search !== '') {
    query.where('search_text', 'like', `%${escapeLike(checked(search).toLowerCase())}%`)
  }
  const order: Order = {
    column: ORDERS[orderBy?.field ?? 'CREATED_AT'],
    isDescending: orderBy?.direction === 'DESC',
  }
  return await paginate(query, args, (row) => User.fromDatabaseJson(row), order)
}

function checked(search: string): string {
  if (search.length > MAX_SEARCH) throw badInput('search', `Use at most ${MAX_SEARCH} characters.`)
  if (search.length < MIN_SEARCH) throw badInput('search', `Use at least ${MIN_SEARCH} characters.`)
  return search
}

/** `%` and `_` are letters here, not wildcards. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
