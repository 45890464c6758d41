// Users by id, many at once: a list of reviews asks for its authors in one statement.
import DataLoader from 'dataloader'
import type { Knex } from 'knex'
import { loadRoles, User, type UserWithRoles } from './user.ts'

export function createUserLoader(db: Knex): DataLoader<string, UserWithRoles | null> {
  return new DataLoader(async (ids) => {
    const users = await User.query(db).findByIds([...ids])
    const roles = await loadRoles(
      db,
      users.map((user) => user.id),
    )
    const byId = new Map(
      users.map((user) => [user.id, Object.assign(user, roles.get(user.id)) as UserWithRoles]),
    )
    return ids.map((id) => byId.get(id) ?? null)
  })
}
