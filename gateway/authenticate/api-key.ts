// API keys: auth says what one stands for, and the answer is kept for a minute at most.
import { hash } from 'node:crypto'
import { ClaimsError } from '@sallyport/claims'
import { createNetworkMatcher } from '@sallyport/claims/networks'
import { isWellFormedApiKey } from '../../platform/api-key-format.ts'
import { type CacheUse, createBoundedCache } from '../bounded-cache.ts'
import type { RevocationEntries } from '../revocation/entries.ts'
import { FEED_FRESH_MS } from '../revocation/freshness.ts'
import { type AuthQuestions, AuthUnavailable } from './auth-questions.ts'
import { readKeyBindings } from './key-bindings.ts'
import { type Credential, createPrincipal } from './principal.ts'
import { type OpenVerdict, refused, type Verdict } from './verdict.ts'

export interface ApiKeysOptions {
  readonly questions: Pick<AuthQuestions, 'apiKey'>
  readonly entries: Pick<RevocationEntries, 'userChangedSince' | 'keyChangedSince'>
  readonly feed: { ageMs(): number }
  /** Whether what was confirmed before still counts while auth is unavailable. */
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
  check(pair: ApiKeyPair): Verdict | OpenVerdict
  readonly use: CacheUse
}

interface Known {
  readonly credential: Credential
  readonly accepted: Verdict
  readonly isAllowedFrom: (address: string) => boolean
  readonly askedAt: number
}

interface Question {
  readonly id: string
  readonly flight: string
  readonly pair: ApiKeyPair
  readonly previous: Known | undefined
}

const KEEP_MS = 60_000
/** While the feed is late nothing else tells of lost rights; and so often is an auth that is unavailable asked again. */
const ASK_AGAIN_MS = 1000
/** Entries are kept for two hours: of an answer that is older nobody could tell that it was made void. */
const HONOUR_MS = 60 * 60_000
// A refused pair is asked about again and again only by mistake or on purpose: five times a second
// is enough, and a key that was verified this moment still works at once.
const REFUSALS_PER_SECOND = 5
const invalid = refused('API_KEY_INVALID')
/** Anyone who changes a key or its owner without end must not hold its requests for as long. */
const MAX_ASKS = 3

/** Checks API keys: by shape, then in the cache, then by asking auth, once however many wait. */
export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { monotonic } = options
  const known = createBoundedCache<Known>({ maxEntries: options.cacheSize ?? 10_000 })
  const refusals = createBoundedCache<{ since: number; count: number }>({ maxEntries: 10_000 })
  const asking = new Map<string, Promise<Verdict>>()
  let failedAt = Number.NEGATIVE_INFINITY

  return {
    get use() {
      return known.use
    },
    check(pair) {
      if (!isWellFormedApiKey(pair.key, pair.secret)) return invalid
      const id = hash('sha256', `${pair.key}\n${pair.secret}`, 'base64')
      const found = known.get(id)
      if (found !== undefined && isCurrent(found)) return verdictOn(found, pair.address)
      // The address is part of the question, so it is part of what may be shared, and of what is refused.
      const question = { id, flight: `${id} ${pair.address}`, pair, previous: found }
      if (isRefusedTooOften(question.flight)) return invalid
      return { kind: 'open', settle: () => askOnce(question) }
    },
  }

  function isCurrent(answer: Known): boolean {
    const keepMs = options.feed.ageMs() <= FEED_FRESH_MS ? KEEP_MS : ASK_AGAIN_MS
    if (monotonic() - answer.askedAt >= keepMs) return false
    return !hasEnded(answer.credential) && !isVoid(answer)
  }

  /** The key or its owner's rights were changed since auth was asked: what it said holds no longer. */
  function isVoid({ credential, askedAt }: Known): boolean {
    const { subject, keyId } = credential.principal.claims
    const { entries } = options
    return entries.keyChangedSince(keyId, askedAt) || entries.userChangedSince(subject, askedAt)
  }

  function hasEnded({ expiresAtMs }: Credential): boolean {
    return options.now() >= expiresAtMs
  }

  function askOnce(question: Question): Promise<Verdict> {
    const { flight } = question
    const waiting = asking.get(flight)
    if (waiting !== undefined) return waiting
    const asked = ask(question).finally(() => asking.delete(flight))
    asking.set(flight, asked)
    return asked
  }

  async function ask(question: Question, asksLeft = MAX_ASKS): Promise<Verdict> {
    const { id, pair } = question
    const askedAt = monotonic()
    if (askedAt - failedAt < ASK_AGAIN_MS && mayHonourPrevious(question)) return honour(question)
    try {
      const answer = await options.questions.apiKey(pair)
      if ('refused' in answer) return refuse(question, answer.refused)
      const found = readKnown(answer.principal, askedAt)
      known.set(id, found)
      // Rights changed while auth was answering: it may have looked before that.
      if (isVoid(found)) {
        return asksLeft === 0 ? { kind: 'unavailable' } : await ask(question, asksLeft - 1)
      }
      return verdictOn(found, pair.address)
    } catch (error) {
      if (!(error instanceof AuthUnavailable || error instanceof ClaimsError)) throw error
      failedAt = monotonic()
      return honour(question)
    }
  }

  function mayHonourPrevious({ previous }: Question): boolean {
    if (previous === undefined || hasEnded(previous.credential)) return false
    // Heartbeats go on while auth fails to answer questions: rights that were taken away must not last as long.
    if (isVoid(previous) || monotonic() - previous.askedAt >= HONOUR_MS) return false
    return options.mayHonour(previous.credential)
  }

  function honour(question: Question): Verdict {
    const { previous, pair } = question
    if (previous === undefined || !mayHonourPrevious(question)) return { kind: 'unavailable' }
    return verdictOn(previous, pair.address)
  }

  // Used from a forbidden address, a key still works from the others.
  function refuse({ id, flight }: Question, reason: string): Verdict {
    if (reason !== 'ADDRESS_NOT_ALLOWED') known.delete(id)
    const now = monotonic()
    const before = refusals.get(flight)
    const isRecent = before !== undefined && now - before.since < 1000
    const counted = isRecent
      ? { since: before.since, count: before.count + 1 }
      : { since: now, count: 1 }
    refusals.set(flight, counted)
    return invalid
  }

  function isRefusedTooOften(flight: string): boolean {
    const before = refusals.get(flight)
    if (before === undefined || monotonic() - before.since >= 1000) return false
    return before.count >= REFUSALS_PER_SECOND
  }
}

function verdictOn({ accepted, isAllowedFrom }: Known, address: string): Verdict {
  return isAllowedFrom(address) ? accepted : invalid
}

function readKnown(source: Record<string, unknown>, askedAt: number): Known {
  const { expires_at: expiresAt, allowed_ips: allowedIps, bindings, ...payload } = source
  if (payload.kind !== 'api-key' || typeof payload.key_id !== 'string') {
    throw new ClaimsError('auth described something other than an API key')
  }
  const credential: Credential = {
    principal: createPrincipal(payload, null, readKeyBindings(bindings)),
    use: 'api-key',
    kid: null,
    csrf: null,
    boundKey: null,
    expiresAtMs: typeof expiresAt === 'number' ? expiresAt * 1000 : Number.POSITIVE_INFINITY,
    issuedAt: null,
    tokenId: null,
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
  return createNetworkMatcher(list.map(String))
}
