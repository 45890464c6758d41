// What a composed supergraph has, whether clients see it or not (`@inaccessible`): `Type.field`, `Type.field(argument:)`, `Input.field` and
// `Enum.VALUE`.
import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql'

export function composedCoordinates({ definitions }: DocumentNode): ReadonlySet<string> {
  return new Set(definitions.flatMap(coordinatesOf))
}

function coordinatesOf(node: DefinitionNode): readonly string[] {
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return (node.fields ?? []).flatMap((field) => withArguments(node.name.value, field))
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (node.fields ?? []).map((field) => `${node.name.value}.${field.name.value}`)
    case Kind.ENUM_TYPE_DEFINITION:
      return (node.values ?? []).map((value) => `${node.name.value}.${value.name.value}`)
    default:
      return []
  }
}

function withArguments(type: string, field: FieldDefinitionNode): readonly string[] {
  const coordinate = `${type}.${field.name.value}`
  const given = (field.arguments ?? []).map(({ name }) => `${coordinate}(${name.value}:)`)
  return [coordinate, ...given]
}
