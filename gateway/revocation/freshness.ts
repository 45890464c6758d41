// Whether a credential may be believed now: at once while the feed is fresh, by asking auth while it is late.
//
//   feed        auth                                         believed before    outcome
//   ≤ 1 s old   need not be asked                            -                  confirmed
//   older       was asked about it within the last second    -                  confirmed
//   older       answers                                      -                  confirmed; what it revoked is an entry by then
//   older       is silent, slow, or cannot be asked          yes, within 60 s   confirmed
//   older       is silent, slow, or cannot be asked          no                 unavailable (503)
import { rulesOfKind } from '@sallyport/claims'
import type { AuthQuestions } from '../authenticate/auth-questions.ts'
import { AuthUnavailable } from '../authenticate/auth-questions.ts'
import type { Credential } from '../authenticate/principal.ts'
import type { RevocationEntries } from './entries.ts'

export type Confirmation = 'confirmed' | 'unavailable'

export interface Freshness {
  /** Waits only when the feed is late. Look into the revocation entries after it, not before. */
  confirm(credential: Credential): Confirmation | Promise<Confirmation>
  /** Whether a credential that was good before still counts while auth is unavailable. */
  mayHonour(credential: Credential): boolean
}

export interface FreshnessOptions {
  readonly feed: { ageMs(): number }
  readonly questions: Pick<AuthQuestions, 'check'>
  readonly entries: Pick<RevocationEntries, 'add'>
  readonly monotonic: () => number
  readonly now: () => number
  /** How long an entry found by asking is kept: twice the longest token. */
  readonly keepSeconds: number
}

/** A feed that is older tells nothing of the present. */
export const FEED_FRESH_MS = 1000
const ASK_EVERY_MS = 1000
const HONOUR_MS = 60_000
/** An answer that takes longer is waited for only by credentials that were never confirmed. */
const PATIENCE_MS = 500

interface Batch {
  readonly credentials: Set<Credential>
  /** Whether auth answered; an answer counts whenever it comes. */
  readonly answered: Promise<boolean>
  /** The same, or `late` when the answer is still not there after the patience. */
  readonly inTime: Promise<boolean | 'late'>
}

/** Auth takes questions of 1 MB, and ids may be long. */
const CREDENTIALS_PER_QUESTION = 1000

/** One batched question a second at most, in as many parts as it needs, whatever the number of requests that wait for it. */
export function createFreshness(options: FreshnessOptions): Freshness {
  const { monotonic } = options
  let batch: Batch | null = null
  let outstanding: Batch['inTime'] = Promise.resolve(true)
  let sentAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  /** The last question took too long: anyone who may be honoured does not wait for the next one either. */
  let isSlow = false

  return {
    confirm(credential) {
      const now = monotonic()
      if (options.feed.ageMs() <= FEED_FRESH_MS) {
        credential.confirmedAt = now
        return 'confirmed'
      }
      // Auth cannot be asked about it: no question is not an answer.
      if (rulesOfKind(credential.principal.claims).asksBy === null) return fallback(credential)
      if (now - credential.checkedAt < ASK_EVERY_MS) return 'confirmed'
      if (now - failedAt < ASK_EVERY_MS) return fallback(credential)
      return askFor(credential)
    },
    mayHonour,
  }

  function mayHonour(credential: Credential): boolean {
    if (credential.confirmedAt === Number.NEGATIVE_INFINITY) return false
    const sinceAnswer = monotonic() - credential.checkedAt
    return Math.min(options.feed.ageMs(), sinceAnswer) <= HONOUR_MS
  }

  function fallback(credential: Credential): Confirmation {
    return mayHonour(credential) ? 'confirmed' : 'unavailable'
  }

  function askFor(credential: Credential): Confirmation | Promise<Confirmation> {
    batch ??= openBatch()
    batch.credentials.add(credential)
    const { answered, inTime } = batch
    const outcome = (isAnswered: boolean | 'late') =>
      isAnswered === true ? 'confirmed' : fallback(credential)
    if (!mayHonour(credential)) return answered.then(outcome)
    return isSlow ? 'confirmed' : inTime.then(outcome)
  }

  function openBatch(): Batch {
    const credentials = new Set<Credential>()
    const sent = delay(Math.max(0, sentAt + ASK_EVERY_MS - monotonic())).then(() => {
      batch = null
      sentAt = monotonic()
      return { answered: send(credentials) }
    })
    const answered = sent.then((question) => question.answered)
    const own = sent.then((question) => patiently(question.answered))
    // When the question before this one turns out to be late, nobody waits for this one to be sent.
    const inTime = outstanding.then((before) => (before === 'late' ? before : own))
    outstanding = own.catch(() => false)
    // Perhaps nobody waits for them.
    for (const promise of [answered, inTime]) promise.catch(() => undefined)
    return { credentials, answered, inTime }
  }

  async function patiently(answered: Promise<boolean>): Promise<boolean | 'late'> {
    const late = delay(PATIENCE_MS).then(() => 'late' as const)
    const first = await Promise.race([answered, late])
    // No answer, however quick, says nothing about how long the next one takes.
    if (first !== false) isSlow = first === 'late'
    return first
  }

  async function send(credentials: ReadonlySet<Credential>): Promise<boolean> {
    const askedAt = monotonic()
    try {
      for (const part of partsOf([...credentials])) await ask(part, askedAt)
      return true
    } catch (error) {
      if (!(error instanceof AuthUnavailable)) throw error
      failedAt = monotonic()
      return false
    }
  }

  async function ask(credentials: readonly Credential[], askedAt: number): Promise<void> {
    const answer = await options.questions.check(questionOf(credentials))
    const expiresAt = options.now() / 1000 + options.keepSeconds
    const stale = new Set(answer.staleSessions)
    options.entries.add([
      ...answer.revokedSessions.map((id) => ({ kind: 'session', id, expiresAt }) as const),
      ...answer.revokedApiKeys.map((id) => ({ kind: 'api-key', id, expiresAt }) as const),
      ...credentials.flatMap((credential) => staleEntry(credential, stale, expiresAt)),
    ])
    for (const credential of credentials) {
      credential.checkedAt = askedAt
      credential.confirmedAt = askedAt
    }
  }
}

function* partsOf(credentials: readonly Credential[]): Generator<readonly Credential[]> {
  for (let start = 0; start < credentials.length; start += CREDENTIALS_PER_QUESTION) {
    yield credentials.slice(start, start + CREDENTIALS_PER_QUESTION)
  }
}

function questionOf(credentials: readonly Credential[]) {
  const sessions = []
  const apiKeys = []
  for (const { principal } of credentials) {
    const { subject, sessionId, keyId } = principal.claims
    if (keyId !== null) apiKeys.push(keyId)
    else if (subject !== null && sessionId !== null && principal.ver !== null) {
      sessions.push({ sid: sessionId, sub: subject, ver: principal.ver })
    }
  }
  return { sessions, apiKeys }
}

// Auth says that the version is too low, not which one is lowest: the next one up is a safe bound.
function staleEntry(credential: Credential, stale: ReadonlySet<string>, expiresAt: number) {
  const { subject, sessionId } = credential.principal.claims
  const { ver } = credential.principal
  if (sessionId === null || subject === null || ver === null || !stale.has(sessionId)) return []
  return [{ kind: 'user', id: subject, ver: ver + 1, expiresAt } as const]
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
