// Auth's SDL as this package prints it, under the names of a deployment. The gateway reads `schema/`, never auth's code.
import { readFileSync } from 'node:fs'
import { parse, print } from 'graphql'
import type { AuthNames } from '../../../platform/auth-names/auth-names.ts'
import { renameAuthSchema } from '../../../platform/auth-names/rename-schema.ts'
import { gatewaySdl } from '../../administration/sdl.ts'

const OWN = new URL('../../../schema/auth.graphql', import.meta.url)

/** @throws AuthNamesError when the names do not fit */
export function renamedAuthSdl(sdl: string, names: AuthNames): string {
  if (names.fingerprint === null) return sdl
  return `${print(renameAuthSchema(parse(sdl), names))}\n`
}

/** Of a subgraph that comes with this package: auth, or the gateway's own. */
export function packagedSdl(of: 'auth' | 'gateway'): string {
  return of === 'gateway' ? gatewaySdl : packagedAuthSdl()
}

/** Under its own names. */
export function packagedAuthSdl(): string {
  return readFileSync(OWN, 'utf8')
}
