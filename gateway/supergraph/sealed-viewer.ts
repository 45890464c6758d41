// `Viewer` is auth's alone in any supergraph, whoever composed it: what is null for nobody must not hold anything of others.
import type { GraphAccess } from './access.ts'
import { AUTH_SUBGRAPH } from './config.ts'

export const VIEWER_TYPE = 'Viewer'
export const VIEWER_FIELD = 'viewer'

/**
 * A graph whose auth has no viewer may use both names.
 *
 * @throws Error that names what another subgraph has of it.
 */
export function refuseForeignViewer(access: GraphAccess, queryType: string): void {
  const type = access.get(VIEWER_TYPE)
  if (type?.owners.includes(AUTH_SUBGRAPH)) {
    refuseOthers(VIEWER_TYPE, type.owners)
    for (const [name, { owners }] of type.fields) refuseOthers(`${VIEWER_TYPE}.${name}`, owners)
  }
  const field = access.get(queryType)?.fields.get(VIEWER_FIELD)
  if (field?.owners.includes(AUTH_SUBGRAPH)) {
    refuseOthers(`${queryType}.${VIEWER_FIELD}`, field.owners)
  }
}

function refuseOthers(coordinate: string, owners: readonly string[]): void {
  const others = owners.filter((owner) => owner !== AUTH_SUBGRAPH).join(', ')
  if (others === '') return
  throw new Error(`${coordinate}: only auth can declare or extend it, and ${others} does too`)
}
