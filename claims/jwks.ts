// Verification keys by kid (RFC 7517): from a JWK Set in hand, or from a URL whose last good answer is kept.
import { type CryptoKey, importJWK, type JSONWebKeySet, type JWK } from 'jose'

/** Where `verifyStrictJwt` gets its keys. */
export interface KeySource {
  /** The key of a `kid`, or `undefined` when no such key is published. Throws when no keys could be had. */
  getKey(kid: string): Promise<CryptoKey | undefined>
}

export interface JwksOptions {
  url: string
  /** Default: the global `fetch`. */
  fetch?: typeof fetch
  /** The time in milliseconds. Default `performance.now`, which no clock change moves. */
  now?: () => number
  /** No more than one fetch in this many seconds, however many unknown kids arrive. Default 30. */
  minRefetchSeconds?: number
  /** Keys older than this are fetched again in the background. Default 30. */
  refreshSeconds?: number
  /** How long a fetch may take. Default 5. */
  timeoutSeconds?: number
}

/** A key set at a URL. It has no timer, so there is nothing to stop. */
export interface RemoteJwks extends KeySource {
  /** Fetches now. Throws when that fails; the last good keys stay. */
  refresh(): Promise<void>
}

const MAX_JWKS_BYTES = 262_144
const SECONDS_BETWEEN_FIRST_FETCHES = 1
const LONGEST_WAIT_MS = 1000

/**
 * Keys published at a URL. The last good set is kept while the origin is away; an unknown `kid`
 * causes at most one fetch per `minRefetchSeconds`, so that forged kids cost the origin nothing.
 */
export function createJwks(options: JwksOptions): RemoteJwks {
  const now = options.now ?? (() => performance.now())
  const minRefetchMs = (options.minRefetchSeconds ?? 30) * 1000
  const refreshMs = (options.refreshSeconds ?? 30) * 1000
  let keys: ReadonlyMap<string, CryptoKey> | null = null
  let fetchedAt = Number.NEGATIVE_INFINITY
  let attemptedAt = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let pending: Promise<void> | null = null

  function refresh(): Promise<void> {
    pending ??= load().finally(() => {
      pending = null
    })
    return pending
  }

  async function load(): Promise<void> {
    attemptedAt = now()
    try {
      keys = await fetchKeys(options)
      fetchedAt = attemptedAt
      failure = null
    } catch (error) {
      failure = error
      throw error
    }
  }

  /** Fetches where the interval allows it; failures are told by `failure`. */
  async function refreshPolitely(): Promise<void> {
    const intervalMs = keys ? minRefetchMs : SECONDS_BETWEEN_FIRST_FETCHES * 1000
    if (!pending && now() - attemptedAt < intervalMs) return
    await refresh().catch(() => undefined)
  }

  return {
    refresh,
    async getKey(kid) {
      const age = now() - fetchedAt
      const known = keys?.get(kid)
      if (known && age < refreshMs) return known
      const refreshed = refreshPolitely()
      // A key that is merely due is used at once; one that is long overdue may have been withdrawn.
      if (known && age < 2 * refreshMs) return known
      await atMost(LONGEST_WAIT_MS, refreshed, !keys)
      if (!keys) throw new Error(`no keys from ${options.url}`, { cause: failure })
      const key = keys.get(kid)
      if (!key && failure)
        throw new Error(`kid unknown, ${options.url} is away`, { cause: failure })
      return key
    },
  }
}

/** Keys of a JWK Set in hand. Throws when it holds no usable ES256 public key. */
export async function createLocalJwks(jwks: JSONWebKeySet): Promise<KeySource> {
  const keys = await importPublicKeys(jwks)
  return { getKey: async (kid) => keys.get(kid) }
}

async function fetchKeys(options: JwksOptions): Promise<ReadonlyMap<string, CryptoKey>> {
  const response = await (options.fetch ?? fetch)(options.url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout((options.timeoutSeconds ?? 5) * 1000),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the JWK Set answers ${response.status}`)
  }
  return importPublicKeys(JSON.parse(await readCapped(response)))
}

async function readCapped(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_JWKS_BYTES) throw new Error('the JWK Set is larger than 256 KB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function importPublicKeys(jwks: unknown): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = (jwks ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the JWK Set has no keys')
  const usable = keys.filter(isEs256PublicJwk)
  if (usable.length === 0) throw new Error('the JWK Set has no ES256 public key with a kid')
  const imported = await Promise.all(
    usable.map(async ({ kid, x, y }) => {
      const key = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256')
      return [kid, key as CryptoKey] as const
    }),
  )
  return new Map(imported)
}

/** Others are passed over, private ones too: a set may hold keys for purposes that are not ours. */
function isEs256PublicJwk(key: JWK | null): key is JWK & { kid: string; x: string; y: string } {
  if (typeof key !== 'object' || key === null || 'd' in key) return false
  if (key.kty !== 'EC' || key.crv !== 'P-256') return false
  if (key.use !== undefined && key.use !== 'sig') return false
  if (key.alg !== undefined && key.alg !== 'ES256') return false
  return [key.kid, key.x, key.y].every((value) => typeof value === 'string' && value !== '')
}

/** Waits, but not for long; a caller who has nothing else to go by waits to the end. */
async function atMost(ms: number, work: Promise<void>, isOnlyHope: boolean): Promise<void> {
  if (isOnlyHope) return work
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}
