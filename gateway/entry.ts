// `import { createGateway } from 'sallyport/gateway'`: a gateway inside a program of a team's own, as behind its Apollo Server
// (docs/operators.md).
import type { Environment } from '../platform/settings.ts'
import { readGatewayConfig } from './config.ts'
import { createGateway as create, type Gateway, type GatewayDeps } from './gateway.ts'

export interface GatewayOptions extends Pick<GatewayDeps, 'hooks' | 'policies'> {
  /** The settings of docs/settings.md. Default: `process.env`. */
  readonly env?: Environment
}

/**
 * Starts a gateway: its own listener is open when this resolves, and operations are answered once `ready()` has resolved.
 *
 * @throws SettingsError that names every setting which cannot be used; Error when a port is taken
 */
export async function createGateway({ env, ...deps }: GatewayOptions = {}): Promise<Gateway> {
  return await create(readGatewayConfig(env), deps)
}
