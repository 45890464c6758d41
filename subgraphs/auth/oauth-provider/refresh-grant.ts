// The library checks a refresh token and makes what is answered; which refresh token goes back is decided by ours: one successor
// for all who ask alike at once, and the end of the grant for a token that was used already.
import type { KoaContextWithOIDC } from 'oidc-provider'
import { transact } from '../core/database.ts'
import { type FamilyRotation, findFamily, rotateFamily } from '../sessions/app-refresh-tokens.ts'
import { endGrants } from '../sessions/end-grants.ts'
import type { ProviderParts } from './provider.ts'

type Handler = (ctx: KoaContextWithOIDC) => unknown

export function convergeRefresh(parts: ProviderParts, library: Handler) {
  const { deps } = parts
  return async function refresh(ctx: KoaContextWithOIDC): Promise<void> {
    const presented = String(ctx.oidc.params?.refresh_token ?? '')
    const clientId = ctx.oidc.client?.clientId ?? ''
    const family = await findFamily(deps.db, presented)
    // Somebody else's: nothing of theirs ends by it.
    const isOwn = family?.payload.clientId === clientId
    if (family !== null && isOwn && !family.isUsable) return await endForReuse(family.grantId)
    await library(ctx)
    const rotation = await rotateFamily(deps, presented, contextOf(ctx))
    if (isRotated(rotation)) {
      Object.assign(ctx.body as object, { refresh_token: rotation.refreshToken })
      return
    }
    ctx.body = undefined
    if (rotation === 'reused' && family !== null) return await endForReuse(family.grantId)
    throw parts.library.graceless()

    async function endForReuse(grantId: string): Promise<never> {
      await transact(deps.db, async (trx) => {
        await endGrants(trx, parts.current.origin(), {
          reason: 'refresh-token-reuse',
          actor: { kind: 'client', id: clientId },
          which: (query) => query.where('id', grantId),
        })
      })
      throw parts.library.graceless()
    }
  }
}

function isRotated(rotation: FamilyRotation): rotation is { readonly refreshToken: string } {
  return typeof rotation === 'object'
}

/** How the client proved itself, its DPoP key, what it asked for. */
function contextOf(ctx: KoaContextWithOIDC): string {
  const { params, client } = ctx.oidc
  const key = (ctx.oidc.entities.AccessToken as { jkt?: string } | undefined)?.jkt ?? null
  return JSON.stringify([
    client?.clientAuthMethod,
    ctx.get('authorization'),
    params?.client_secret ?? null,
    key,
    params?.scope ?? null,
    params?.resource ?? null,
  ])
}
