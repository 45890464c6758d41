// What has been revoked, as far as this gateway knows: a few small maps that a request looks into.
//
//   entry            ends                                                  refused as
//   session          tokens of that session                                SESSION_REVOKED
//   user             tokens of that user with a lower version              TOKEN_STALE
//   api-key          that key                                              API_KEY_INVALID
//   api-key-changed  nothing; what is remembered of that key is void       -
//   signing-key      tokens that it signed                                 TOKEN_INVALID
//   issued-before    tokens issued before that moment, whosever they are   TOKEN_STALE
//   grant            tokens of what a person let an app do                 SESSION_REVOKED
//   client           tokens that the app was issued until that moment      TOKEN_STALE
//   token            that token of a program, which gave it back           TOKEN_INVALID
//
// Entries are only ever added, and go by their own expiry. Which of them end a kind of principal is in the table of kinds.
import { type Claims, rulesOfKind } from '@sallyport/claims'
import type { Credential } from '../authenticate/principal.ts'
import type { RefusalReason } from '../authenticate/verdict.ts'

export type RevocationEntry =
  | { readonly kind: 'session'; readonly id: string; readonly expiresAt: number }
  | { readonly kind: 'user'; readonly id: string; readonly ver: number; readonly expiresAt: number }
  | { readonly kind: 'api-key'; readonly id: string; readonly expiresAt: number }
  /** The key still works, but what was known of it does not hold: it was narrowed, or its secret rotated. */
  | { readonly kind: 'api-key-changed'; readonly id: string; readonly expiresAt: number }
  | { readonly kind: 'signing-key'; readonly id: string; readonly expiresAt: number }
  /** Every token whose `iat` is before these seconds since the epoch, whosever it is. */
  | { readonly kind: 'issued-before'; readonly id: string; readonly expiresAt: number }
  | { readonly kind: 'grant'; readonly id: string; readonly expiresAt: number }
  /** Every token of that client whose `iat` is not after `ver`, in seconds since the epoch. */
  | {
      readonly kind: 'client'
      readonly id: string
      readonly ver: number
      readonly expiresAt: number
    }
  /** The `jti` of one token. */
  | { readonly kind: 'token'; readonly id: string; readonly expiresAt: number }

export interface RevocationEntries {
  /** Adds entries. Nothing is ever taken back but by its own expiry, whichever auth instance feeds us. */
  add(entries: readonly RevocationEntry[]): void
  /** Why this credential is no longer good, or null. */
  against(credential: Credential): RefusalReason | null
  /** Whether this user's rights were changed after that monotonic time: answers older than it are void. */
  userChangedSince(userId: string | null, since: number): boolean
  /** The same for an API key. */
  keyChangedSince(keyId: string | null, since: number): boolean
  readonly size: number
}

interface LowestVersion {
  readonly ver: number
  readonly arrivedAt: number
  readonly expiresAt: number
}

const PRUNE_EVERY_MS = 60_000

export function createRevocationEntries(clock: {
  now: () => number
  monotonic: () => number
  /** Called when a signing key is withdrawn that was not known to be. */
  onWithdrawnKey?: () => void
}): RevocationEntries {
  const sessions = new Map<string, number>()
  const apiKeys = new Map<string, number>()
  const signingKeys = new Map<string, number>()
  const changedKeys = new Map<string, { readonly arrivedAt: number; readonly expiresAt: number }>()
  const users = new Map<string, LowestVersion>()
  const grants = new Map<string, number>()
  const tokens = new Map<string, number>()
  const clients = new Map<string, { readonly ver: number; readonly expiresAt: number }>()
  /** It only grows, and costs nothing to keep. */
  let issuedBefore = Number.NEGATIVE_INFINITY
  const idsByKind = {
    session: sessions,
    'api-key': apiKeys,
    'signing-key': signingKeys,
    grant: grants,
    token: tokens,
  }
  let prunedAt = clock.monotonic()

  return {
    add(entries) {
      for (const entry of entries) {
        if (entry.kind === 'user') addUser(entry)
        else if (entry.kind === 'client') addClient(entry)
        else if (entry.kind === 'issued-before') {
          issuedBefore = Math.max(issuedBefore, Number(entry.id))
        } else if (entry.kind === 'api-key-changed') {
          addChangedKey(entry)
        } else {
          if (entry.kind === 'signing-key' && !signingKeys.has(entry.id)) clock.onWithdrawnKey?.()
          addId(idsByKind[entry.kind], entry)
        }
      }
      if (clock.monotonic() - prunedAt >= PRUNE_EVERY_MS) prune()
    },
    against({ principal, kid, issuedAt, tokenId }) {
      const { claims, ver } = principal
      const { subject, sessionId, keyId, grantId } = claims
      const { revokedBy } = rulesOfKind(claims)
      const ends = (kind: (typeof revokedBy)[number]) => revokedBy.includes(kind)
      if (sessionId !== null && ends('session') && sessions.has(sessionId)) return 'SESSION_REVOKED'
      if (grantId !== null && ends('grant') && grants.has(grantId)) return 'SESSION_REVOKED'
      if (ends('client') && isOfCutClient(claims, issuedAt)) return 'TOKEN_STALE'
      if (tokenId !== null && ends('token') && tokens.has(tokenId)) return 'TOKEN_INVALID'
      if (keyId !== null && ends('api-key') && apiKeys.has(keyId)) return 'API_KEY_INVALID'
      if (kid !== null && ends('signing-key') && signingKeys.has(kid)) return 'TOKEN_INVALID'
      if (issuedAt !== null && ends('issued-before') && issuedAt < issuedBefore)
        return 'TOKEN_STALE'
      // The id of another issuer is nobody's here.
      if (ver === null || subject === null || !ends('user')) return null
      const lowest = users.get(subject)
      return lowest !== undefined && ver < lowest.ver ? 'TOKEN_STALE' : null
    },
    userChangedSince(userId, since) {
      const lowest = userId === null ? undefined : users.get(userId)
      return lowest !== undefined && lowest.arrivedAt >= since
    },
    keyChangedSince(keyId, since) {
      const changed = keyId === null ? undefined : changedKeys.get(keyId)
      return changed !== undefined && changed.arrivedAt >= since
    },
    get size() {
      const ids = sessions.size + apiKeys.size + signingKeys.size + grants.size + tokens.size
      return ids + changedKeys.size + users.size + clients.size
    },
  }

  function addId(ids: Map<string, number>, entry: { id: string; expiresAt: number }): void {
    ids.set(entry.id, Math.max(entry.expiresAt, ids.get(entry.id) ?? 0))
  }

  // A snapshot tells of the same change again: what was asked for since must not be void for that.
  function addChangedKey({ id, expiresAt }: RevocationEntry & { kind: 'api-key-changed' }): void {
    const before = changedKeys.get(id)
    if (before !== undefined && before.expiresAt >= expiresAt) return
    changedKeys.set(id, { expiresAt, arrivedAt: clock.monotonic() })
  }

  function addClient({ id, ver, expiresAt }: RevocationEntry & { kind: 'client' }): void {
    const before = clients.get(id)
    if (before === undefined || before.ver < ver) clients.set(id, { ver, expiresAt })
  }

  function isOfCutClient({ clientId }: Claims, issuedAt: number | null): boolean {
    const cut = clientId === null ? undefined : clients.get(clientId)
    return cut !== undefined && (issuedAt ?? 0) <= cut.ver
  }

  function addUser({ id, ver, expiresAt }: RevocationEntry & { kind: 'user' }): void {
    const before = users.get(id)
    if (before !== undefined && before.ver >= ver) return
    users.set(id, { ver, expiresAt, arrivedAt: clock.monotonic() })
  }

  function prune(): void {
    prunedAt = clock.monotonic()
    const nowSeconds = clock.now() / 1000
    for (const ids of Object.values(idsByKind)) {
      for (const [id, expiresAt] of ids) if (expiresAt < nowSeconds) ids.delete(id)
    }
    for (const timed of [users, changedKeys, clients]) {
      for (const [id, { expiresAt }] of timed) if (expiresAt < nowSeconds) timed.delete(id)
    }
  }
}
