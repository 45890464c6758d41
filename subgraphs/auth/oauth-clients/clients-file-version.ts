// Which version of OAUTH_CLIENTS_FILE is true. In a rolling update instances start with different files: one with the file of before
// takes away nothing that the new one made.
import type { Knex } from 'knex'
import type { ClientsFile } from './clients-file.ts'

/** Notes the version where it is the newest. @returns the newer one that was read before; null: this file is true */
export async function outdatedBy(
  trx: Knex,
  { version }: Pick<ClientsFile, 'version'>,
): Promise<number | null> {
  const row = await trx('oauth_clients_file').first('version')
  const newest: number | null = row === undefined ? null : Number(row.version)
  // Where versions were given once, a file without one is of before that.
  if (newest !== null && (version === null || version < newest)) return newest
  if (version === null) return null
  await trx('oauth_clients_file').insert({ version }).onConflict('is_only').merge()
  return null
}
