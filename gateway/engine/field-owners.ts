// Which subgraphs may have answered a field: read from the join directives of a supergraph (join spec v0.3), for log lines.
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'
import { readArguments } from '../supergraph/links.ts'
import type { Pieces } from '../supergraph/slices.ts'
import { readGraphNames } from './planners/joined.ts'

export type FieldOwners = (type: string, field: string) => readonly string[]

export function* readFieldOwners(supergraph: DocumentNode): Pieces<FieldOwners> {
  const names = readGraphNames(supergraph)
  const owners = new Map<string, readonly string[]>()
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) {
      continue
    }
    const ofType = graphsOf(type.directives, 'join__type')
    for (const field of type.fields ?? []) {
      const own = graphsOf(field.directives, 'join__field', (one) => one.external !== true)
      const graphs = own.length > 0 ? own : ofType
      const subgraphs = [...new Set(graphs.map((graph) => names.get(graph) ?? graph))]
      owners.set(`${type.name.value}.${field.name.value}`, subgraphs)
    }
    yield
  }
  return (type, field) => owners.get(`${type}.${field}`) ?? []
}

function graphsOf(
  directives: readonly ConstDirectiveNode[] = [],
  directive: string,
  isWanted: (found: Record<string, unknown>) => boolean = () => true,
): string[] {
  return directives
    .filter(({ name }) => name.value === directive)
    .map(readArguments)
    .filter(isWanted)
    .flatMap(({ graph }) => (typeof graph === 'string' ? [graph] : []))
}
