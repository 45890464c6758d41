// What no client of a supergraph sees (`@inaccessible`): types, fields, arguments, fields of inputs and values of enums. Any subgraph that
// declares one of them too can hide it from all clients.
import { type ASTNode, type DocumentNode, Kind } from 'graphql'
import { type Directed, importedName, readArguments, schemaNodes } from './links.ts'

const INACCESSIBLE_URL = /^https:\/\/specs\.apollo\.dev\/inaccessible\/v\d+\.\d+$/

/** As `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` and `Enum.VALUE`. */
export function hiddenIn(supergraph: DocumentNode): ReadonlySet<string> {
  const names = namesIn(supergraph)
  const isHidden = ({ directives = [] }: Directed) =>
    directives.some(({ name }) => names.has(name.value))
  const found = new Set<string>()
  for (const [coordinate, node] of namedIn(supergraph)) if (isHidden(node)) found.add(coordinate)
  return found
}

type Named = readonly [string, Directed]

/** All of them, hidden or not. */
export function* namedIn({ definitions }: DocumentNode): Generator<Named> {
  for (const node of definitions) {
    if (!/Type(Definition|Extension)$/.test(node.kind) || !('name' in node) || !node.name) continue
    const type = node.name.value
    yield [type, node as Directed]
    const below: readonly ASTNode[] =
      'fields' in node ? (node.fields ?? []) : 'values' in node ? (node.values ?? []) : []
    for (const one of below) yield* namedAt(type, one)
  }
}

function* namedAt(type: string, node: ASTNode): Generator<Named> {
  if (!('name' in node) || !node.name) return
  const coordinate = `${type}.${node.name.value}`
  yield [coordinate, node as Directed]
  if (node.kind !== Kind.FIELD_DEFINITION) return
  for (const given of node.arguments ?? []) yield [`${coordinate}(${given.name.value}:)`, given]
}

/** A feature's own directive goes by the feature's name unless the link gives it another. */
function namesIn(document: DocumentNode): ReadonlySet<string> {
  const links = schemaNodes(document)
    .flatMap(({ directives }) => directives ?? [])
    .map(readArguments)
    .filter(({ url }) => INACCESSIBLE_URL.test(String(url)))
  return new Set(
    links.map((link) => importedName(link, 'inaccessible') ?? String(link.as ?? 'inaccessible')),
  )
}
