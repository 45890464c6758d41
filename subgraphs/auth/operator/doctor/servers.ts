// Whether the servers beside the database that the settings name are there, for `doctor`.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuthConfig } from '../../config.ts'
import { failed, type Observation, ok } from './finding.ts'

const TIMEOUT_MS = 3_000
const LOOK_MS = 50

interface Servers {
  readonly config: Pick<AuthConfig, 'nats' | 'redisUrl'>
}

/** Their URLs have passwords, and are in no sentence. */
export async function observeNats({ config: { nats } }: Servers): Promise<Observation[]> {
  if (nats === null) return []
  return [observe('NATS_URL', await failureOfNats(nats), 'events wait')]
}

export async function observeRedis({ config: { redisUrl } }: Servers): Promise<Observation[]> {
  if (redisUrl === null) return [ok('attempts are counted in: PostgreSQL')]
  const meanwhile = 'attempts are counted in PostgreSQL'
  return [
    ok('attempts are counted in: Redis, and PostgreSQL while it is away'),
    observe('REDIS_URL', await failureOfRedis(redisUrl), meanwhile),
  ]
}

function observe(setting: string, failure: string | null, meanwhile: string): Observation {
  if (failure === null) return ok(`${setting}: its server answers`)
  return failed(`${setting}: its server cannot be used (${failure}); meanwhile ${meanwhile}.`)
}

/** @returns null when a connection is there */
async function failureOfNats(settings: NonNullable<AuthConfig['nats']>): Promise<string | null> {
  const { connectNats } = await import('@sallyport/claims/nats')
  let failure = 'no answer'
  const note = ({ err }: { err?: unknown }) => {
    if (err !== undefined) failure = reasonOf(err)
  }
  const log = { info: () => {}, warn: note, error: note }
  const nats = connectNats({ ...settings, name: 'sallyport-doctor', log })
  try {
    const until = performance.now() + TIMEOUT_MS
    while (!nats.isConnected() && failure === 'no answer' && performance.now() < until) {
      await sleep(LOOK_MS)
    }
    return nats.isConnected() ? null : failure
  } finally {
    // It ends the try to connect that is under way, to each of its servers for longer than anybody waits here.
    void nats.stop().catch(() => undefined)
  }
}

/** @returns null when it answers */
async function failureOfRedis(url: string): Promise<string | null> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let failure: unknown = null
  redis.on('error', (error: Error) => {
    failure ??= error
  })
  try {
    await redis.connect()
    await redis.ping()
    return null
  } catch (error) {
    return reasonOf(failure ?? error)
  } finally {
    redis.disconnect()
  }
}

/** Of a host with several addresses each has its error, and the one around them says nothing. */
function reasonOf(error: unknown): string {
  const cause = error instanceof AggregateError ? (error.errors.at(-1) as unknown) : error
  return cause instanceof Error ? cause.message : String(cause)
}
