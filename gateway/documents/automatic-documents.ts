// Automatic persisted queries, as clients of Apollo ask for them: a document that was sent once beside its SHA-256 may come as
// that alone. Kept here, bounded; and in Redis, where all gateways find it. Nothing depends on it: a client whose hash is not
// known sends the document.
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Log } from '../../platform/log.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import type { AutomaticSettings } from './settings.ts'

export interface AutomaticDocuments {
  /** Null: it is not known. */
  find(hash: string): string | null | Promise<string | null>
  /** @param hash of that text; the document was found good */
  keep(hash: string, text: string): void
}

export interface AutomaticDocumentsOptions extends AutomaticSettings {
  readonly redis: Redis | null
  readonly logger: Pick<Log, 'warn'>
}

/** Characters of all documents together. */
const MAX_WEIGHT = 20_000_000
const PREFIX = 'sallyport:document:'

export function isHashOf(hash: string, text: string): boolean {
  return createHash('sha256').update(text).digest('hex') === hash.toLowerCase()
}

export function createAutomaticDocuments(options: AutomaticDocumentsOptions): AutomaticDocuments {
  const { redis, logger, max, ttlSeconds } = options
  const own = createBoundedCache<string>({ maxEntries: max, maxWeight: MAX_WEIGHT })

  return {
    find(hash) {
      const key = keyOf(hash)
      const text = own.get(key)
      if (text !== undefined) return text
      return redis === null ? null : findShared(redis, key)
    },
    keep(hash, text) {
      const key = keyOf(hash)
      if (own.get(key) !== undefined) return
      own.set(key, text, text.length)
      if (redis === null) return
      redis.set(`${PREFIX}${key}`, text, 'EX', ttlSeconds).catch(warn)
    },
  }

  /** What is in Redis is checked again: it may have been written by others. */
  async function findShared(store: Redis, key: string): Promise<string | null> {
    const text = await store.getex(`${PREFIX}${key}`, 'EX', ttlSeconds).catch(warn)
    if (typeof text !== 'string' || !isHashOf(key, text)) return null
    own.set(key, text, text.length)
    return text
  }

  function warn(error: Error): null {
    logger.warn({ err: error }, 'a document cannot be shared on Redis')
    return null
  }
}

/** Hexadecimal digits have two spellings, and a hash is one: else a single document could fill the whole cache. */
function keyOf(hash: string): string {
  return hash.toLowerCase()
}
