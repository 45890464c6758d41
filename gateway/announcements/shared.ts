// Announcements that one gateway has heard reach the others over NATS KV. They are checked there as if the subgraph had come by itself.
import { createHash } from 'node:crypto'
import type { Bucket } from '../changes/bucket.ts'
import type { AnnouncementOutcome, Registry } from './registry.ts'

const MOST = 500

export interface SharedAnnouncements {
  take(token: string, from: string | null): Promise<AnnouncementOutcome>
  /** Reads what others have heard. */
  follow(): Promise<void>
}

export function shareAnnouncements(
  registry: Registry,
  bucket: Bucket | null,
  logger: { warn(...args: unknown[]): void },
): SharedAnnouncements {
  /** What lies there, by key: checked once. */
  let seen = new Map<string, string>()

  return {
    async take(token, from) {
      const outcome = await registry.take(token, from)
      if (outcome !== 'taken' || bucket?.isAvailable() !== true) return outcome
      const entry = registry.tokens().find((one) => one.token === token)
      if (entry !== undefined)
        await bucket
          .put(keyOf(entry), Buffer.from(token))
          .catch((error) => logger.warn({ err: error }, 'an announcement cannot be shared'))
      return outcome
    },
    async follow() {
      if (bucket?.isAvailable() !== true) return
      const found = new Map<string, string>()
      for (const key of await bucket.keys('announced', MOST)) {
        const value = await bucket.get(key)
        if (value === null || value.byteLength > 4096) continue
        const token = Buffer.from(value).toString('utf8')
        const isKnown = seen.get(key) === token
        // What came too often is looked at again.
        if (isKnown || (await registry.take(token, 'NATS')) !== 'too-often') found.set(key, token)
      }
      seen = found
    },
  }
}

function keyOf({ subgraph, address }: { subgraph: string; address: string }): string {
  const place = createHash('sha256').update(address).digest('hex').slice(0, 32)
  return `announced.${subgraph}.${place}`
}
