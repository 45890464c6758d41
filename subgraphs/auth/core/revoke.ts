// Writes a revocation in the transaction that causes it; the feed takes it to every gateway.
import type { Knex } from 'knex'

export type Revocation =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string; readonly ver: number }
  | { readonly kind: 'api-key'; readonly id: string }
  /** The key still works, but gateways must ask about it anew. */
  | { readonly kind: 'api-key-changed'; readonly id: string }
  | { readonly kind: 'signing-key'; readonly id: string }
  /** What a person let an app do. */
  | { readonly kind: 'grant'; readonly id: string }
  /** Tokens that the client was issued until now. */
  | { readonly kind: 'client'; readonly id: string }
  /** One token of a program, by its `jti`, until it is over by itself. */
  | { readonly kind: 'token'; readonly id: string; readonly expiresAt: number }

/** Kept twice the longest life of an access token (60 minutes): later no token is left that it could refuse. */
const KEPT_MINUTES = 120
/** A compromised signing key is refused as long as anybody may still have it cached. */
const SIGNING_KEY_KEPT_MINUTES = 60 * 24 * 30
/** Beyond the end of the token itself, for a gateway whose clock is behind. */
const TOKEN_KEPT_MINUTES = 5

export async function revoke(trx: Knex, revocations: readonly Revocation[]): Promise<void> {
  if (revocations.length === 0) return
  await trx('revocations').insert(
    revocations.map((entry) => ({
      kind: entry.kind,
      ref: entry.id,
      ver: verOf(trx, entry),
      expires_at: keptUntil(trx, entry),
    })),
  )
}

function verOf(trx: Knex, entry: Revocation): number | Knex.Raw | null {
  if (entry.kind === 'client') return trx.raw('extract(epoch from clock_timestamp())::integer')
  return entry.kind === 'user' ? entry.ver : null
}

function keptUntil(trx: Knex, entry: Revocation): Knex.Raw {
  if (entry.kind === 'token') {
    const minutes = TOKEN_KEPT_MINUTES
    return trx.raw("to_timestamp(?) + ? * interval '1 minute'", [entry.expiresAt, minutes])
  }
  const minutes = entry.kind === 'signing-key' ? SIGNING_KEY_KEPT_MINUTES : KEPT_MINUTES
  if (entry.kind === 'api-key-changed') return laterThanBefore(trx, entry, minutes)
  return trx.raw("clock_timestamp() + ? * interval '1 minute'", [minutes])
}

/**
 * A gateway tells a change of a key from the one before by this, so that no two may have the same: a clock may be set back, and the one of
 * the embedded database counts milliseconds. A transaction that has waited for the row of the key began before the other one ended.
 */
function laterThanBefore(trx: Knex, { kind, id }: Revocation, minutes: number): Knex.Raw {
  return trx.raw(
    `greatest(
       clock_timestamp() + ? * interval '1 minute',
       (select max(expires_at) + interval '1 microsecond' from revocations where kind = ? and ref = ?)
     )`,
    [minutes, kind, id],
  )
}
