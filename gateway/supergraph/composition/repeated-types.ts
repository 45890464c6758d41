// A type that one SDL defines twice: composition refuses it too, and does not say where.
import type { DocumentNode, TypeDefinitionNode } from 'graphql'
import { placeOf } from './places.ts'

/** The problems of one subgraph, each with its places. */
export function findRepeated(name: string, { definitions }: DocumentNode): readonly string[] {
  const found = new Map<string, TypeDefinitionNode[]>()
  for (const definition of definitions) {
    if (!definition.kind.endsWith('TypeDefinition')) continue
    const type = definition as TypeDefinitionNode
    found.set(type.name.value, [...(found.get(type.name.value) ?? []), type])
  }
  return [...found]
    .filter(([, nodes]) => nodes.length > 1)
    .map(([type, nodes]) => {
      const places = nodes.flatMap((node) => placeOf(node) ?? [])
      return `${name}: ${type} is defined twice; write "extend type ${type}" for what is added to it (${places.join(', ')})`
    })
}
