// Announcements that one gateway has heard reach the others over NATS KV, and itself when it starts again, from disk. They are checked
// there as if the subgraph had come by itself.
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Bucket } from '../changes/bucket.ts'
import type { KeptAnnouncements } from './kept.ts'
import type { AnnouncementOutcome, Registry } from './registry.ts'

const MOST = 500
const MAX_BYTES = 4096
/** Instances come and go, each at an address of its own: of one that is over for so long nothing is left. */
const OVER_MS = 10 * 60 * 1000

export interface SharedAnnouncements {
  take(token: string, from: string | null): Promise<AnnouncementOutcome>
  /** Reads what others have heard, and once what this gateway had. Names that the file does not have by then are not heard. */
  follow(): Promise<void>
}

export interface ShareOptions {
  readonly now: () => number
  readonly logger: { warn(...args: unknown[]): void }
  /** Default: nothing is kept. */
  readonly kept?: KeptAnnouncements | undefined
}

export function shareAnnouncements(
  registry: Registry,
  bucket: Bucket | null,
  { now, logger, kept }: ShareOptions,
): SharedAnnouncements {
  /** What lies there, by key: checked once. */
  let seen = new Map<string, string>()
  let reading: Promise<void> | null = null
  let recalling: Promise<void> | null = null

  /** What is not there any more has run out, or is passed over as ever. */
  async function recall({ read }: KeptAnnouncements): Promise<void> {
    for (const token of await read()) await registry.take(token, null)
  }

  async function readAll(shared: Bucket): Promise<void> {
    const found = new Map<string, string>()
    for (const key of await shared.keys('announced', MOST)) {
      const value = await shared.get(key)
      if (value === null || value.byteLength > MAX_BYTES) continue
      const token = Buffer.from(value).toString('utf8')
      if (isLongOver(token, now())) {
        await shared.forget(key, value)
        continue
      }
      const isKnown = seen.get(key) === token
      // What came too often is looked at again.
      if (isKnown || (await registry.take(token, 'NATS')) !== 'too-often') found.set(key, token)
    }
    seen = found
  }

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
      if (kept !== undefined) {
        recalling ??= recall(kept)
        await recalling
      }
      if (bucket?.isAvailable() === true) {
        // It is asked every second, and NATS may take longer.
        reading ??= readAll(bucket).finally(() => {
          reading = null
        })
        await reading
      }
      await kept?.write(registry.tokens().map(({ token }) => token))
    },
  }
}

/** Nobody has to believe it for that: whoever could write it there could take it away. */
function isLongOver(token: string, now: number): boolean {
  try {
    const { exp } = decodeJwt(token)
    return exp !== undefined && exp * 1000 + OVER_MS < now
  } catch {
    return false
  }
}

function keyOf({ subgraph, address }: { subgraph: string; address: string }): string {
  const place = createHash('sha256').update(address).digest('hex').slice(0, 32)
  return `announced.${subgraph}.${place}`
}
