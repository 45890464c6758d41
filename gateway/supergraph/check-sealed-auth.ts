// Auth is sealed: no other subgraph may take over a field of it, answer beside it, or add to its types without a rule.
import { AUTH_SUBGRAPH } from './config.ts'
import { federationDirectives, readArguments } from './links.ts'
import type { SubgraphDocument, TypeSource } from './subgraph-document.ts'

/** What of this subgraph reaches for auth, or lets others do so. */
export function checkSealedAuth(
  subgraph: SubgraphDocument,
  all: readonly SubgraphDocument[],
): readonly string[] {
  const auth = all.find(({ config }) => config.name === AUTH_SUBGRAPH)
  if (!auth) return []
  return [...subgraph.types.values()].flatMap((type) =>
    subgraph === auth ? checkOwn(type, subgraph) : checkForeign(type, subgraph, auth),
  )
}

function checkOwn(type: TypeSource, subgraph: SubgraphDocument): readonly string[] {
  if (!type.root) return []
  const federation = federationDirectives(subgraph.document)
  const fields = [...type.fields.values()].map(({ coordinate, node }) => ({ at: coordinate, node }))
  const nodes = [...type.nodes.map((node) => ({ at: type.name, node })), ...fields]
  return nodes
    .filter(({ node }) => federation.on(node, 'shareable').length > 0)
    .map(({ at }) => `auth: ${at}: @shareable on a root field would let another subgraph answer`)
}

function checkForeign(
  type: TypeSource,
  subgraph: SubgraphDocument,
  auth: SubgraphDocument,
): readonly string[] {
  const { name } = subgraph.config
  const federation = federationDirectives(subgraph.document)
  const authType = auth.types.get(type.name)
  const problems: string[] = []
  if (authType && type.nodes.some((node) => federation.on(node, 'interfaceObject').length > 0)) {
    problems.push(`${name}: ${type.name}: @interfaceObject of a type of auth`)
  }
  for (const field of type.fields.values()) {
    const at = `${name}: ${field.coordinate}`
    const overrides = federation.on(field.node, 'override').map(readArguments)
    if (overrides.some(({ from }) => String(from) === AUTH_SUBGRAPH)) {
      problems.push(`${at}: @override(from: "auth") would take a field away from auth`)
    }
    const isInAuth = authType?.fields.has(field.name) === true
    if (type.root && isInAuth)
      problems.push(`${at}: a root field of auth cannot be answered elsewhere`)
    const isAdded = authType !== undefined && !type.root && !isInAuth && !field.isExternal
    const isRuled = field.rule !== null || type.rule !== null
    if (isAdded && !field.isKey && !isRuled) {
      problems.push(`${at}: adds to a type of auth without an access rule`)
    }
  }
  return problems
}
