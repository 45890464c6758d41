// PostgreSQL may start after us: until it is there the process is live and not ready, and keeps trying.
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AuthConfig } from './config.ts'
import { isDatabaseAway } from './database.ts'

const RETRY_MS = 500

/**
 * Runs `work` once the database can be reached.
 * @throws whatever else `work` throws: a wrong password or a migration that fails stops the start
 */
export async function waitForDatabase(
  work: () => Promise<unknown>,
  { config, log }: { readonly config: Pick<AuthConfig, 'host' | 'port'>; readonly log: Logger },
): Promise<void> {
  if (await succeeds(work)) return
  log.warn('the database is away: waiting for it')
  const server = await answerHealth(config)
  try {
    do await sleep(RETRY_MS)
    while (!(await succeeds(work)))
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    return false
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
