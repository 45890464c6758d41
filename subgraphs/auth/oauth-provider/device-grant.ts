// A device that asks whether it was let in, more often than it may, is told to wait (RFC 8628, 3.5).
import type { KoaContextWithOIDC } from 'oidc-provider'
import { sha256 } from '../core/identifiers.ts'
import type { ProviderParts } from './provider.ts'

const INTERVAL_SECONDS = 5

type Handler = (ctx: KoaContextWithOIDC) => unknown

export function paceDevices({ deps, library }: ProviderParts, handler: Handler) {
  return async function poll(ctx: KoaContextWithOIDC): Promise<void> {
    try {
      await handler(ctx)
    } catch (error) {
      if ((error as { error?: unknown }).error !== 'authorization_pending') throw error
      const inTime = await deps
        .db('oauth_objects')
        .where({ model: 'DeviceCode', id_hash: sha256(String(ctx.oidc.params?.device_code)) })
        .whereRaw("coalesce(polled_at, 'epoch') < now() - ? * interval '1 second'", [
          // What is on its way at the right time may arrive a little early.
          INTERVAL_SECONDS - 1,
        ])
        .update({ polled_at: deps.db.fn.now() })
      if (inTime === 0) throw new library.errors.SlowDown('wait longer between two questions')
      throw error
    }
  }
}
