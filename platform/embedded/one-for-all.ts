// `npm start` keeps auth and reviews in one embedded database: a second one would double the time and memory of a start.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { openEmbedded } from './open.ts'

/** In DATA_DIR: says that reviews has no database of its own there. */
export const SHARED_MARK = join('auth', 'holds-reviews')

export interface SharedDatabase {
  readonly auth: Knex
  readonly reviews: Knex
  stop(): Promise<void>
}

/** Whether DATA_DIR is from before there was one for both: then each opens its own, as before, and nothing is moved. */
export function hasTwoDatabases(dataDir: string): boolean {
  return existsSync(join(dataDir, 'reviews', 'pg'))
}

/** @param schema reviews' own */
export async function openOneForAll(
  dataDir: string,
  { schema, log }: { readonly schema: string; readonly log?: Knex.Logger },
): Promise<SharedDatabase> {
  const { owner, part, stop } = await openEmbedded({ folder: join(dataDir, 'auth'), log })
  try {
    const reviews = await part(schema)
    writeFileSync(join(dataDir, SHARED_MARK), '', { mode: 0o600 })
    return { auth: owner, reviews, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
