// `Viewer` is auth's alone in any supergraph, whoever composed it: what is null for nobody must not hold anything of others.
import { type AuthNames, rootFieldName, typeName } from '../../platform/auth-names/auth-names.ts'
import type { GraphAccess } from './access.ts'
import { AUTH_SUBGRAPH } from './config.ts'

/** What both are called in this graph. */
export function viewerNames(names: AuthNames): { readonly type: string; readonly field: string } {
  return { type: typeName(names, 'Viewer'), field: rootFieldName(names, 'Query', 'viewer') }
}

/**
 * A graph whose auth has no viewer may use both names.
 *
 * @throws Error that names what another subgraph has of it.
 */
export function refuseForeignViewer(
  access: GraphAccess,
  { queryType, names }: { readonly queryType: string; readonly names: AuthNames },
): void {
  const viewer = viewerNames(names)
  const type = access.get(viewer.type)
  if (type?.owners.includes(AUTH_SUBGRAPH)) {
    refuseOthers(viewer.type, type.owners)
    for (const [name, { owners }] of type.fields) refuseOthers(`${viewer.type}.${name}`, owners)
  }
  const field = access.get(queryType)?.fields.get(viewer.field)
  if (field?.owners.includes(AUTH_SUBGRAPH)) {
    refuseOthers(`${queryType}.${viewer.field}`, field.owners)
  }
}

function refuseOthers(coordinate: string, owners: readonly string[]): void {
  const others = owners.filter((owner) => owner !== AUTH_SUBGRAPH).join(', ')
  if (others === '') return
  throw new Error(`${coordinate}: only auth can declare or extend it, and ${others} does too`)
}
