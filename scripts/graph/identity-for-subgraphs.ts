// What a running subgraph is shown when it is asked for its SDL: that a gateway with our keys asks, and nobody in particular.
import { createIdentitySigner } from '@sallyport/claims/sign'
import { readGatewayConfig } from '../../gateway/config.ts'
import { developmentIdentityKeys } from '../../gateway/identity-keys.ts'
import type { IdentityFor } from '../../gateway/supergraph/composition/fetch-sdl.ts'

/** `undefined` on a machine without settings and keys, as one that only composes may be. */
export async function identityForSubgraphs(): Promise<IdentityFor | undefined> {
  if (process.env.NODE_ENV === 'production' && !process.env.IDENTITY_KEYS) return undefined
  const config = readGatewayConfig(process.env)
  const keys = config.identityKeys?.release() ?? (await developmentIdentityKeys(config.dataDir))
  const signer = await createIdentitySigner({ keys, issuer: config.publicUrl })
  return async (subgraph) => ({
    name: 'sallyport-identity',
    value: await signer.sign(subgraph, { kind: 'anonymous' }),
  })
}
