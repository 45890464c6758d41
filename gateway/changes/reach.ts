// What a subgraph reaches for of others: fields that it takes over, answers beside them or asks for, types that it stands in for.
// A changed SDL that came by itself may not do any of it anew until an operator has looked.
import { type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql'
import { graphNamesOf, readArguments, tokensOf, topNames } from '../supergraph/links.ts'

/** By what it says, once for each subgraph and place. */
type Reaches = ReadonlySet<string>

/**
 * @param foreign Subgraphs whose SDL comes by itself.
 * @returns what they reach for in `after` and did not in `before`, in sentences
 */
export function newReaches(
  before: DocumentNode,
  after: DocumentNode,
  foreign: ReadonlySet<string>,
): readonly string[] {
  const known = reachesOf(before, foreign)
  return [...reachesOf(after, foreign)].filter((one) => !known.has(one))
}

interface Join {
  readonly graph: string
  readonly said: Record<string, unknown>
}

interface Joined {
  readonly coordinate: string
  readonly joins: readonly Join[]
}

function reachesOf(document: DocumentNode, foreign: ReadonlySet<string>): Reaches {
  const graphs = graphNamesOf(document)
  const found = new Set<string>()
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue
    const types = joinsOf(node, 'join__type', graphs)
    for (const reach of reachesOfType(node.name.value, types, foreign)) found.add(reach)
    const keys = new Set(types.flatMap(({ said }) => topNames(String(said.key ?? ''))))
    for (const field of node.fields ?? []) {
      const own = joinsOf(field, 'join__field', graphs).filter(({ graph }) => graph !== '')
      const joins = own.length > 0 ? own : types
      const isKey = keys.has(field.name.value)
      const at: Joined = { coordinate: `${node.name.value}.${field.name.value}`, joins }
      for (const reach of reachesOfField(at, { foreign, isKey })) found.add(reach)
    }
  }
  return found
}

/** To stand in for a type's interface, or to be handed its fields as a key that nobody else has. */
function* reachesOfType(
  type: string,
  joins: readonly Join[],
  foreign: ReadonlySet<string>,
): Generator<string> {
  const others = (graph: string) => joins.filter((join) => join.graph !== graph)
  for (const { graph, said } of joins.filter((join) => foreign.has(join.graph))) {
    if (others(graph).length === 0) continue
    if (said.isInterfaceObject === true) yield `${graph} stands in for ${type} (@interfaceObject)`
    if (said.key === undefined) continue
    const key = tokensOf(String(said.key)).join(' ')
    const isShared = others(graph).some(
      (other) => tokensOf(String(other.said.key ?? '')).join(' ') === key,
    )
    if (!isShared)
      yield `${graph} is handed "${key}" of ${type} as a key that no other subgraph has`
  }
}

function* reachesOfField(
  { coordinate, joins }: Joined,
  { foreign, isKey }: { readonly foreign: ReadonlySet<string>; readonly isKey: boolean },
): Generator<string> {
  const answering = joins.filter(({ said }) => !said.external && !said.usedOverridden)
  for (const { graph, said } of joins.filter((join) => foreign.has(join.graph))) {
    if (said.override !== undefined)
      yield `${graph} takes ${coordinate} over from ${String(said.override)} (@override${shareOf(said)})`
    if (said.requires !== undefined)
      yield `${graph} asks for "${tokensOf(String(said.requires)).join(' ')}" of others to answer ${coordinate} (@requires)`
    if (said.provides !== undefined)
      yield `${graph} answers "${tokensOf(String(said.provides)).join(' ')}" of others at ${coordinate} (@provides)`
    const beside = answering.filter((join) => join.graph !== graph).map((join) => join.graph)
    const isAnswering = answering.some((join) => join.graph === graph)
    if (isAnswering && !isKey && beside.length > 0)
      yield `${graph} answers ${coordinate} beside ${[...new Set(beside)].sort().join(', ')} (@shareable)`
  }
}

/** Of a field that is taken over bit by bit: a larger part is another reach. */
function shareOf({ overrideLabel }: Record<string, unknown>): string {
  return typeof overrideLabel === 'string' ? `, ${overrideLabel}` : ''
}

function joinsOf(
  { directives = [] }: Pick<ObjectTypeDefinitionNode, 'directives'>,
  name: string,
  graphs: ReadonlyMap<string, string>,
): readonly Join[] {
  return directives
    .filter((one) => one.name.value === name)
    .map((one) => {
      const said = readArguments(one)
      return { graph: graphs.get(String(said.graph)) ?? '', said }
    })
}
