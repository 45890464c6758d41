// API keys: auth says what one stands for, and the answer is kept for a minute at most.
import { hash } from 'node:crypto'
import { ClaimsError } from '@sallyport/claims'
import { type CacheUse, createBoundedCache } from '../bounded-cache.ts'
import { createAddressMatcher } from '../http/client-address.ts'
import type { RevocationEntries } from '../revocation/entries.ts'
import { isWellFormedApiKey } from './api-key-format.ts'
import { type AuthQuestions, AuthUnavailable } from './auth-questions.ts'
import { type Credential, createPrincipal } from './principal.ts'
import { refused, type Verdict } from './verdict.ts'

export interface ApiKeysOptions {
  readonly questions: Pick<AuthQuestions, 'apiKey'>
  readonly entries: Pick<RevocationEntries, 'userChangedSince' | 'keyChangedSince'>
  /** Whether what was confirmed before still counts while auth is away. */
  mayHonour(credential: Credential): boolean
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  /** Keys kept. Default 10,000. */
  readonly cacheSize?: number
}

export interface ApiKeyPair {
  readonly key: string
  readonly secret: string
  readonly address: string
}

export interface ApiKeys {
  check(pair: ApiKeyPair): Verdict | Promise<Verdict>
  readonly use: CacheUse
}

interface Known {
  readonly credential: Credential
  readonly accepted: Verdict
  readonly isAllowedFrom: (address: string) => boolean
  readonly askedAt: number
}

const KEEP_MS = 60_000
// A refused pair is asked about again and again only by mistake or on purpose: five times a second
// is enough, and a key that was verified this moment still works at once.
const REFUSALS_PER_SECOND = 5
const invalid = refused('API_KEY_INVALID')

/** Checks API keys: by shape, then in the cache, then by asking auth, once however many wait. */
export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { monotonic } = options
  const known = createBoundedCache<Known>({ maxEntries: options.cacheSize ?? 10_000 })
  const refusals = createBoundedCache<{ since: number; count: number }>({ maxEntries: 10_000 })
  const asking = new Map<string, Promise<Verdict>>()

  return {
    get use() {
      return known.use
    },
    check(pair) {
      if (!isWellFormedApiKey(pair.key, pair.secret)) return invalid
      const id = hash('sha256', `${pair.key}\n${pair.secret}`, 'base64')
      const found = known.get(id)
      if (found !== undefined && isCurrent(found)) return verdictOn(found, pair.address)
      if (isRefusedTooOften(id)) return invalid
      return askOnce(id, pair, found)
    },
  }

  function isCurrent({ credential, askedAt }: Known): boolean {
    if (monotonic() - askedAt >= KEEP_MS) return false
    const { subject, keyId } = credential.principal.claims
    if (options.entries.keyChangedSince(keyId, askedAt)) return false
    return !options.entries.userChangedSince(subject, askedAt)
  }

  function verdictOn({ credential, accepted, isAllowedFrom }: Known, address: string): Verdict {
    if (options.now() >= credential.expiresAtMs) return invalid
    return isAllowedFrom(address) ? accepted : invalid
  }

  // The address is part of the question, so it is part of what may be shared.
  function askOnce(id: string, pair: ApiKeyPair, previous: Known | undefined): Promise<Verdict> {
    const flight = `${id} ${pair.address}`
    const waiting = asking.get(flight)
    if (waiting !== undefined) return waiting
    const asked = ask(id, pair, previous).finally(() => asking.delete(flight))
    asking.set(flight, asked)
    return asked
  }

  async function ask(id: string, pair: ApiKeyPair, previous: Known | undefined): Promise<Verdict> {
    const askedAt = monotonic()
    try {
      const answer = await options.questions.apiKey(pair)
      if ('refused' in answer) return refuse(id)
      const found = readKnown(answer.principal, askedAt)
      known.set(id, found)
      return verdictOn(found, pair.address)
    } catch (error) {
      if (!(error instanceof AuthUnavailable || error instanceof ClaimsError)) throw error
      if (previous !== undefined && options.mayHonour(previous.credential)) {
        return verdictOn(previous, pair.address)
      }
      return { kind: 'unavailable' }
    }
  }

  function refuse(id: string): Verdict {
    known.delete(id)
    const now = monotonic()
    const before = refusals.get(id)
    const isRecent = before !== undefined && now - before.since < 1000
    refusals.set(id, isRecent ? { ...before, count: before.count + 1 } : { since: now, count: 1 })
    return invalid
  }

  function isRefusedTooOften(id: string): boolean {
    const before = refusals.get(id)
    if (before === undefined || monotonic() - before.since >= 1000) return false
    return before.count >= REFUSALS_PER_SECOND
  }
}

function readKnown(source: Record<string, unknown>, askedAt: number): Known {
  const { expires_at: expiresAt, allowed_ips: allowedIps, ...payload } = source
  if (payload.kind !== 'api-key' || typeof payload.key_id !== 'string') {
    throw new ClaimsError('auth described something else than an API key')
  }
  const credential: Credential = {
    principal: createPrincipal(payload, null),
    use: 'api-key',
    kid: null,
    csrf: null,
    expiresAtMs: typeof expiresAt === 'number' ? expiresAt * 1000 : Number.POSITIVE_INFINITY,
    confirmedAt: askedAt,
    checkedAt: askedAt,
  }
  return {
    credential,
    accepted: { kind: 'accepted', credential },
    isAllowedFrom: allowedFrom(allowedIps),
    askedAt,
  }
}

function allowedFrom(list: unknown): (address: string) => boolean {
  if (list === null || list === undefined) return () => true
  if (!Array.isArray(list)) throw new ClaimsError('allowed_ips is not a list')
  return createAddressMatcher(list.map(String))
}
