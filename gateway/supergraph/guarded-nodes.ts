// The nodes of a composed supergraph that rules stand on, and what composition says there.
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  OperationTypeNode,
  type ScalarTypeDefinitionNode,
  type UnionTypeDefinitionNode,
} from 'graphql'

export type GuardedNode =
  | ObjectTypeDefinitionNode
  | InterfaceTypeDefinitionNode
  | UnionTypeDefinitionNode
  | ScalarTypeDefinitionNode
  | EnumTypeDefinitionNode

export function isGuarded(definition: { readonly kind: Kind }): definition is GuardedNode {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION ||
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
    definition.kind === Kind.ENUM_TYPE_DEFINITION
  )
}

export function rootTypes(document: DocumentNode): ReadonlySet<string> {
  const operationTypes = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION ? definition.operationTypes : [],
  )
  return new Set(operationTypes.map((operationType) => operationType.type.name.value))
}

export function queryTypeOf(document: DocumentNode): string {
  const [query] = document.definitions
    .flatMap((one) => (one.kind === Kind.SCHEMA_DEFINITION ? one.operationTypes : []))
    .filter(({ operation }) => operation === OperationTypeNode.QUERY)
  return query?.type.name.value ?? 'Query'
}

export function ownersOf(
  joins: readonly Record<string, unknown>[],
  graphs: ReadonlyMap<string, string>,
): readonly string[] {
  const names = joins.flatMap((join) => graphs.get(String(join.graph)) ?? [])
  return [...new Set(names)]
}

export function directivesNamed(
  node: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): readonly ConstDirectiveNode[] {
  return (node.directives ?? []).filter((directive) => directive.name.value === name)
}
