// An identity token for calling a subgraph by hand, signed with the development keys of DATA_DIR.
import { createIdentitySigner } from '@sallyport/claims/sign'
import { readGatewayConfig } from '../../gateway/config.ts'
import { developmentIdentityKeys } from '../../gateway/identity-keys.ts'
import type { Given } from './command.ts'

/** @throws Error in production: anyone who can make one there is everybody */
export async function makeIdentityToken({ subgraph, role, user }: Given): Promise<string> {
  // Before the settings are read: what production lacks is not what is wrong here.
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'identity-token is for development only: in production (NODE_ENV) nobody makes identity tokens but the gateway.',
    )
  }
  const config = readGatewayConfig(process.env)
  const keys = config.identityKeys?.release() ?? (await developmentIdentityKeys(config.dataDir))
  const signer = await createIdentitySigner({ keys, issuer: config.publicUrl })
  const roles = Array.isArray(role) ? role.map(String) : []
  const claims =
    role === undefined && user === undefined
      ? ({ kind: 'anonymous' } as const)
      : { kind: 'user' as const, sub: String(user ?? 'usr_development'), roles }
  return await signer.sign(String(subgraph), claims)
}
