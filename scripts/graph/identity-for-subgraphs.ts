// What a running subgraph is shown when it is asked for its SDL: that a gateway with our keys asks, and nobody in particular.
import { createIdentitySigner, type IdentitySigner } from '@sallyport/claims/sign'
import { readGatewayConfig } from '../../gateway/config.ts'
import { developmentIdentityKeys } from '../../gateway/identity-keys.ts'
import type { IdentityFor } from '../../gateway/supergraph/composition/fetch-sdl.ts'

/**
 * `undefined` on a machine without settings and keys, as one that only composes may be. Keys are read, or made, for the first subgraph
 * that is asked: whoever composes files needs no settings, and leaves nothing in a folder.
 */
export async function identityForSubgraphs(): Promise<IdentityFor | undefined> {
  if (process.env.NODE_ENV === 'production' && !process.env.IDENTITY_KEYS) return undefined
  let signer: Promise<IdentitySigner> | null = null
  return async (subgraph) => {
    signer ??= openSigner()
    const value = await (await signer).sign(subgraph, { kind: 'anonymous' })
    return { name: 'sallyport-identity', value }
  }
}

async function openSigner(): Promise<IdentitySigner> {
  const config = readGatewayConfig(process.env)
  const keys = config.identityKeys?.release() ?? (await developmentIdentityKeys(config.dataDir))
  return await createIdentitySigner({ keys, issuer: config.publicUrl })
}
