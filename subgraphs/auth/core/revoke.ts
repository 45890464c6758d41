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

/** Kept twice the longest life of an access token (60 minutes): later no token is left that it could refuse. */
const KEPT_MINUTES = 120
/** A compromised signing key is refused as long as anybody may still have it cached. */
const SIGNING_KEY_KEPT_MINUTES = 60 * 24 * 30

export async function revoke(trx: Knex, revocations: readonly Revocation[]): Promise<void> {
  if (revocations.length === 0) return
  await trx('revocations').insert(
    revocations.map((entry) => ({
      kind: entry.kind,
      ref: entry.id,
      ver: verOf(trx, entry),
      expires_at: trx.raw("now() + ? * interval '1 minute'", [
        entry.kind === 'signing-key' ? SIGNING_KEY_KEPT_MINUTES : KEPT_MINUTES,
      ]),
    })),
  )
}

function verOf(trx: Knex, entry: Revocation): number | Knex.Raw | null {
  if (entry.kind === 'client') return trx.raw('extract(epoch from clock_timestamp())::integer')
  return entry.kind === 'user' ? entry.ver : null
}
