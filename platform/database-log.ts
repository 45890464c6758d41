// What the database library would print: it goes to the log, where whatever it throws is logged too.

import { format } from 'node:util'
import type { Knex } from 'knex'
import type { Log } from './log.ts'

/** For knex's `log`. */
export function databaseLog(log: Log): Knex.Logger {
  const from = { from: 'knex' }
  return {
    debug: (message) => log.debug(from, format(message)),
    deprecate: (method, alternative) => log.debug(from, `${method} is deprecated: ${alternative}`),
    warn: (message) => log.warn(from, format(message)),
    error: (message) => log.error(from, format(message)),
  }
}
