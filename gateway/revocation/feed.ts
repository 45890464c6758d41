// Follows auth's revocation feed (NDJSON): snapshot and address rules first, then changes and heartbeats, for as long as it runs.

import { isNetwork } from '@sallyport/claims/networks'
import type { Log } from '../../platform/log.ts'
import type { AuthQuestions } from '../authenticate/auth-questions.ts'
import type { AddressRule, AddressRules } from '../authorize/address-rules.ts'
import { createClockComparison } from './compare-clocks.ts'
import type { RevocationEntries, RevocationEntry } from './entries.ts'

export interface RevocationFeed {
  /** Whether a snapshot has been read since the start, and with it the address rules. */
  hasSnapshot(): boolean
  /** Milliseconds since auth last said that its answer is current; infinite before the first. */
  ageMs(): number
  stop(): Promise<void>
}

export interface RevocationFeedOptions {
  readonly questions: Pick<AuthQuestions, 'openFeed'>
  readonly entries: Pick<RevocationEntries, 'add'>
  readonly addressRules: Pick<AddressRules, 'replace'>
  /** Wall clock in milliseconds. */
  readonly now: () => number
  readonly monotonic: () => number
  readonly random: () => number
  readonly logger: Log
  /** A feed that is silent for so long is opened again, perhaps at another instance. Default 3000. */
  readonly silenceMs?: number
}

const MAX_LINE_BYTES = 4 * 1024 * 1024
const LONGEST_PAUSE_MS = 2000

/** Opens the feed at once, and again with jitter whenever it ends. */
export function followRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const compareClocks = createClockComparison(options, options.logger)
  const stopping = new AbortController()
  let lastGoodAt = Number.NEGATIVE_INFINITY
  let failures = 0
  let toldCause = ''
  const running = run()

  return {
    hasSnapshot: () => lastGoodAt > Number.NEGATIVE_INFINITY,
    ageMs: () => options.monotonic() - lastGoodAt,
    async stop() {
      stopping.abort()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await readOnce()
      } catch (error) {
        if (!stopping.signal.aborted) tellOf(error)
      }
      await pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(failures, 5)) * options.random())
    }
  }

  /** Another cause is told at once: an auth that starts late may turn out to refuse us. */
  function tellOf(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error)
    if (failures++ % 20 === 0 || cause !== toldCause) {
      options.logger.warn({ err: error }, 'the revocation feed is interrupted')
    }
    toldCause = cause
  }

  async function readOnce(): Promise<void> {
    const connection = new AbortController()
    const silence = setTimeout(() => connection.abort(), options.silenceMs ?? 3000)
    const signal = AbortSignal.any([stopping.signal, connection.signal])
    let isSnapshotRead = false
    let areRulesRead = false
    let snapshotSince: number | null = null
    try {
      const body = await options.questions.openFeed(signal)
      for await (const line of lines(body, () => silence.refresh())) {
        const { type, at, entries, addressRules, isPart } = readMessage(line)
        if (!isSnapshotRead && type !== 'snapshot') throw new Error('no snapshot first')
        options.entries.add(entries)
        if (addressRules !== null) options.addressRules.replace(addressRules)
        areRulesRead ||= addressRules !== null
        failures = 0
        // A long snapshot tells of the moment when it began.
        snapshotSince ??= options.monotonic()
        if (type === 'snapshot') isSnapshotRead = !isPart
        // Auth beats only where it could read its rules: one that beats and told none has none.
        if (type === 'heartbeat') {
          lastGoodAt = options.monotonic()
          compareClocks(at)
        }
        // Without the rules whatever they deny would be let in.
        else if (isSnapshotRead && areRulesRead) lastGoodAt = Math.max(lastGoodAt, snapshotSince)
      }
    } finally {
      clearTimeout(silence)
      connection.abort()
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve()
      const timer = setTimeout(done, ms)
      stopping.signal.addEventListener('abort', done, { once: true })
      function done(): void {
        clearTimeout(timer)
        stopping.signal.removeEventListener('abort', done)
        resolve()
      }
    })
  }
}

interface FeedMessage {
  /** Another type is of a newer auth: it tells that auth is there, and nothing that we know. */
  readonly type: unknown
  /** When auth's database said so, by its clock. */
  readonly at: unknown
  readonly entries: readonly RevocationEntry[]
  /** More of the same snapshot follows. */
  readonly isPart: boolean
  /** Of the end of a snapshot, or of a change; an older auth tells them after the snapshot. */
  readonly addressRules: readonly AddressRule[] | null
}

function readMessage(line: string): FeedMessage {
  const { type, at, entries, more, rules } = JSON.parse(line) as Record<string, unknown>
  const hasRules = type === 'address-rules' || (type === 'snapshot' && rules !== undefined)
  return {
    type,
    at,
    entries: type === 'snapshot' || type === 'changes' ? readEntries(entries) : [],
    isPart: more === true,
    addressRules: hasRules ? readAddressRules(rules) : null,
  }
}

function readEntries(entries: unknown): RevocationEntry[] {
  if (!Array.isArray(entries)) throw new Error('a message without entries')
  return entries.filter(isKnownEntry)
}

/** A malformed rule is an error, never ignored: it may be the one that denies. */
function readAddressRules(rules: unknown): AddressRule[] {
  if (!Array.isArray(rules)) throw new Error('a message without rules')
  return rules.map((rule: Partial<AddressRule> | null) => {
    const isWhole =
      (rule?.action === 'ALLOW' || rule?.action === 'DENY') &&
      (rule.appliesTo === 'EVERYBODY' || rule.appliesTo === 'ADMINS') &&
      typeof rule.network === 'string' &&
      isNetwork(rule.network)
    if (!isWhole) throw new Error('a malformed address rule')
    return rule as AddressRule
  })
}

const KNOWN_KINDS: readonly unknown[] = [
  'session',
  'user',
  'api-key',
  'api-key-changed',
  'signing-key',
  'issued-before',
  'grant',
  'client',
  'token',
] satisfies readonly RevocationEntry['kind'][]

// Kinds of a newer auth are passed over; a known kind that is malformed is an error, never ignored.
function isKnownEntry(entry: Partial<RevocationEntry> | null): entry is RevocationEntry {
  if (!KNOWN_KINDS.includes(entry?.kind)) return false
  const isWhole =
    typeof entry?.id === 'string' &&
    typeof entry.expiresAt === 'number' &&
    ((entry.kind !== 'user' && entry.kind !== 'client') || Number.isSafeInteger(entry.ver)) &&
    (entry.kind !== 'issued-before' || /^\d{1,12}$/.test(entry.id))
  if (!isWhole) throw new Error('a malformed revocation entry')
  return true
}

/** @param onBytes Called for every piece that arrives: a long line takes its time, and is not silence. */
async function* lines(
  body: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    onBytes()
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8')
      parts = []
      bytes = 0
      rest = rest.subarray(end + 1)
      if (line.trim() !== '') yield line
    }
    if (rest.byteLength > 0) parts.push(rest)
    bytes += rest.byteLength
    if (bytes > MAX_LINE_BYTES) throw new Error('a line of the feed is too long')
  }
}
