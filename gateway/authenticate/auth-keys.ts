// Auth's public keys, as it publishes them: used to verify access tokens, and served again under our own address.
import { createJwks, type KeySource } from '@sallyport/claims/jwt'

export interface AuthKeys extends KeySource {
  /** The JWKS as auth last published it; null before the first answer. */
  published(): string | null
  /** Fetches now and once more when every auth instance has read its keys: a key was withdrawn, another signs. */
  refreshAfterWithdrawal(): void
  /** Whether keys have been had since the start. */
  hasKeys(): boolean
  stop(): void
}

const REFRESH_MS = 30_000
const RETRY_MS = 250
/** Auth instances read their keys each second. */
const SECOND_LOOK_MS = 2_000

/** Follows the JWKS of auth from now on; the last good one is kept while auth is unavailable. */
export function followAuthKeys(options: {
  readonly origin: string
  readonly now: () => number
}): AuthKeys {
  let latest: string | null = null
  let isLoaded = false
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let secondLook: NodeJS.Timeout | undefined
  const jwks = createJwks({
    url: `${options.origin}/.well-known/jwks.json`,
    now: options.now,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      if (response.ok) latest = await response.clone().text()
      return response
    },
  })
  void follow()

  async function follow(): Promise<void> {
    const isGood = await jwks.refresh().then(
      () => true,
      () => false,
    )
    isLoaded ||= isGood
    if (isStopped) return
    timer = setTimeout(() => void follow(), isLoaded ? REFRESH_MS : RETRY_MS)
    timer.unref()
  }

  return {
    getKey: (kid) => jwks.getKey(kid),
    published: () => latest,
    refreshAfterWithdrawal() {
      jwks.refresh().catch(() => undefined)
      clearTimeout(secondLook)
      if (isStopped) return
      secondLook = setTimeout(() => void jwks.refresh().catch(() => undefined), SECOND_LOOK_MS)
      secondLook.unref()
    },
    hasKeys: () => isLoaded,
    stop() {
      isStopped = true
      clearTimeout(timer)
      clearTimeout(secondLook)
    },
  }
}
