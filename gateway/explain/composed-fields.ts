// The fields of a composed supergraph, as `Type.field`: those that no client sees (`@inaccessible`) too.
import { type DocumentNode, Kind } from 'graphql'

export function composedFields({ definitions }: DocumentNode): ReadonlySet<string> {
  return new Set(
    definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? (node.fields ?? []).map((field) => `${node.name.value}.${field.name.value}`)
        : [],
    ),
  )
}
