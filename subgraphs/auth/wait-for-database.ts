// PostgreSQL may start after us: until it is there the process is live and not ready, and keeps trying.
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AuthConfig } from './config.ts'
import { isDatabaseAway } from './core/database.ts'

const RETRY_MS = 500

/**
 * Runs `work` once the database can be reached.
 * @throws whatever else `work` throws: a wrong password or a migration that fails stops the start
 */
export async function waitForDatabase(
  work: () => Promise<unknown>,
  { config, log }: { readonly config: Pick<AuthConfig, 'host' | 'port'>; readonly log: Logger },
): Promise<void> {
  const cause = await failureOf(work)
  if (cause === null) return
  // A host that is mistyped never comes: the error names it. It knows nothing of the password.
  log.warn({ err: cause }, 'the database is unavailable: waiting for it')
  const server = await answerHealth(config)
  try {
    do await sleep(RETRY_MS)
    while ((await failureOf(work)) !== null)
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
}

/** @returns null once it is done */
async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    // Of a host with several addresses each has its error, and the one around them says nothing.
    return error instanceof AggregateError ? error.errors.at(-1) : error
  }
}

async function answerHealth({ host, port }: Pick<AuthConfig, 'host' | 'port'>): Promise<Server> {
  const server = createServer((request, response) => {
    const isLive = request.url === '/health/live'
    response.writeHead(isLive ? 200 : 503, {
      'content-type': 'application/json; charset=utf-8',
      ...(isLive ? {} : { 'retry-after': '1' }),
    })
    response.end(JSON.stringify({ status: isLive ? 'ok' : 'not ready' }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  return server
}
