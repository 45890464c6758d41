// The rights of a database role that the application runs as, while migrations run as the owner: everything that it
// needs, and nothing that could change or remove an audit record.
import type { Knex } from 'knex'
import { transact } from '../core/database.ts'

const APPEND_ONLY = ['audit_records', 'audit_seals', 'audit_checkpoints'] as const
const MIGRATIONS = ['auth_migrations', 'auth_migrations_lock'] as const

/** To be run as the owner, after every migration: new tables are in nobody's rights. The role has to exist. */
export async function grantAppRole(db: Knex, role: string): Promise<void> {
  await transact(db, async (trx) => {
    await requireOtherRole(trx, role)
    const { rows } = await trx.raw<{
      rows: { name: string; schema: string; is_partition: boolean }[]
    }>(
      `select relname as name, current_schema() as schema, relispartition as is_partition
       from pg_class where relnamespace = current_schema()::regnamespace
         and relkind in ('r', 'p', 'v') and pg_has_role(relowner, 'usage')`,
    )
    await trx.raw('grant usage on schema ?? to ??', [rows[0]?.schema ?? 'public', role])
    await trx.raw(`grant usage on all sequences in schema ?? to ??`, [
      rows[0]?.schema ?? 'public',
      role,
    ])
    for (const { name, is_partition } of rows) {
      // What has been granted before, to this role, does not linger.
      await trx.raw('revoke all on ?? from ??', [name, role])
      // A partition is reached through its table, whose rights count.
      if (!is_partition) await trx.raw(`grant ${rightsOn(name)} on ?? to ??`, [name, role])
    }
  })
}

/** @throws Error for a role that does not exist, or has every right whatever it is granted */
async function requireOtherRole(trx: Knex, role: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { is_owner: boolean }[] }>(
    `select rolsuper or pg_has_role(oid, current_user, 'usage') as is_owner
     from pg_roles where rolname = ?`,
    [role],
  )
  const [found] = rows
  if (found === undefined) {
    throw new Error(
      `--role: the database has no role "${role}". Make it first: create role "${role}" login password '…'`,
    )
  }
  if (found.is_owner) {
    throw new Error(
      `--role: "${role}" owns the tables, or is a superuser: no grant keeps it from changing audit records. Name another.`,
    )
  }
}

function rightsOn(table: string): string {
  const isOneOf = (tables: readonly string[]) => tables.includes(table)
  if (isOneOf(MIGRATIONS)) return 'select'
  if (isOneOf(APPEND_ONLY)) return 'select, insert'
  // An erasure deletes what is personal; nobody rewrites it.
  if (table === 'audit_personal') return 'select, insert, delete'
  return 'select, insert, update, delete'
}
