// The gateway's line to auth: the keys that sign tokens, the feed of revocations, and questions about credentials.
import type { Dispatcher } from 'undici'
import type { Log } from '../platform/log.ts'
import { createAccessTokens } from './authenticate/access-token.ts'
import { createApiKeys } from './authenticate/api-key.ts'
import { followAuthKeys } from './authenticate/auth-keys.ts'
import { createAuthQuestions } from './authenticate/auth-questions.ts'
import { createAddressRules } from './authorize/address-rules.ts'
import type { GatewayConfig } from './config.ts'
import { createRevocationEntries } from './revocation/entries.ts'
import { followRevocationFeed } from './revocation/feed.ts'
import { createFreshness } from './revocation/freshness.ts'

/** Where time comes from; tests set their own. */
export interface Clocks {
  /** Wall clock, in milliseconds. */
  readonly now: () => number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly random: () => number
}

export type AuthConnection = ReturnType<typeof connectToAuth>

/** Everything that speaks with auth itself: its keys, its revocations, its answers about credentials. */
export function connectToAuth(parts: {
  config: GatewayConfig
  clocks: Clocks
  logger: Log
  identity: { gatewayToken(): Promise<string> }
  dispatcher: Dispatcher
}) {
  const { config, clocks, logger, identity, dispatcher } = parts
  const { origin } = new URL(config.authUrl)
  const { gatewayToken } = identity
  const questions = createAuthQuestions({ origin, dispatcher, gatewayToken })
  const keys = followAuthKeys({ origin, now: clocks.now })
  const entries = createRevocationEntries({
    ...clocks,
    onWithdrawnKey: () => keys.refreshAfterWithdrawal(),
  })
  const addressRules = createAddressRules(config.addressLists)
  const feed = followRevocationFeed({ ...clocks, questions, entries, addressRules, logger })
  const keepSeconds = 2 * config.accessTokenMaxSeconds
  const freshness = createFreshness({ ...clocks, feed, questions, entries, keepSeconds })
  const accessTokens = createAccessTokens({
    issuer: config.publicUrl,
    maxLifetimeSeconds: config.accessTokenMaxSeconds,
    keys,
    now: clocks.now,
    cacheSize: config.caches.tokens,
  })
  const { mayHonour } = freshness
  const apiKeys = createApiKeys({
    ...clocks,
    questions,
    entries,
    feed,
    mayHonour,
    cacheSize: config.caches.apiKeys,
  })
  return { questions, entries, addressRules, feed, freshness, keys, accessTokens, apiKeys }
}
