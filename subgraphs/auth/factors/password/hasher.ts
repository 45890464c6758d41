// bcrypt over base64(HMAC-SHA-384(pepper, NFC(password))): 64 characters, so nothing is cut at bcrypt's 72 bytes,
// no NUL byte ends it early, and a stolen table is worth nothing without the pepper.
import { createHmac } from 'node:crypto'
import type { Deadline } from '../../core/deadline.ts'
import type { VersionedSecret } from '../../core/secret.ts'
import type { HashThreads } from './hash-threads.ts'

export interface StoredPassword {
  readonly hash: string
  /** 0: another system's bcrypt over the bare password, until its owner logs in. */
  readonly pepperVersion: number
}

export interface PasswordHasher {
  /** @throws AuthError SERVICE_UNAVAILABLE, at once, when it would not begin before the deadline. Default: none */
  hash(password: string, deadline?: Deadline): Promise<StoredPassword>
  /**
   * @param stored null (no such account) costs the same time and is false
   * @throws AuthError SERVICE_UNAVAILABLE, as `hash` does: then nothing was compared
   */
  verify(password: string, stored: StoredPassword | null, deadline?: Deadline): Promise<boolean>
  /** Whether a login should hash anew: the cost rose or the pepper rotated. */
  isOutdated(stored: StoredPassword): boolean
}

const MAX_COST = 16

export function createPasswordHasher(options: {
  readonly threads: HashThreads
  readonly pepper: VersionedSecret
  readonly cost: number
}): PasswordHasher {
  const { threads, pepper, cost } = options
  const prepare = (password: string, version: number): string => {
    if (version === UNPEPPERED) return password
    return createHmac('sha384', Buffer.from(pepper.version(version).release(), 'base64'))
      .update(password.normalize('NFC'))
      .digest('base64')
  }
  const isUsable = ({ hash, pepperVersion }: StoredPassword) =>
    costOf(hash) !== null && (pepperVersion === UNPEPPERED || pepper.has(pepperVersion))

  return {
    hash: async (password, deadline = Number.POSITIVE_INFINITY) => ({
      hash: await threads.hash(prepare(password, pepper.currentVersion), cost, { deadline }),
      pepperVersion: pepper.currentVersion,
    }),
    verify: async (password, stored, deadline = Number.POSITIVE_INFINITY) => {
      if (stored === null || !isUsable(stored)) {
        await threads.compare(prepare(password, pepper.currentVersion), nobody(cost), { deadline })
        return false
      }
      const prepared = prepare(password, stored.pepperVersion)
      if (await threads.compare(prepared, stored.hash, { deadline })) return true
      // An older, cheaper hash must not answer sooner than no hash at all: 2^c + 2^c + 2^(c+1) + … = 2^cost.
      for (let spent = costOf(stored.hash) ?? cost; spent < cost; spent += 1) {
        // Anyone who was refused in the midst of it would have guessed for nothing.
        await threads.compare(prepared, nobody(spent), { isContinued: true })
      }
      return false
    },
    isOutdated: (stored) =>
      stored.pepperVersion !== pepper.currentVersion || (costOf(stored.hash) ?? 0) < cost,
  }
}

const UNPEPPERED = 0

/** A hash of no password that exists: what an unknown address is compared with. */
function nobody(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(21)}u${'.'.repeat(30)}u`
}

/** A malformed hash, or one whose cost would block a thread for minutes, is not a hash. */
export function costOf(hash: string): number | null {
  const match = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)
  const cost = Number(match?.[1])
  return match === null || cost < 4 || cost > MAX_COST ? null : cost
}
