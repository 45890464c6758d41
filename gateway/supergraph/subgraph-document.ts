// A subgraph's SDL as the checks read it: its object types with definition and extensions taken together.
import {
  type AccessRule,
  type DirectiveNames,
  directiveNames,
  mergeRules,
  ruleFromDirectives,
} from '@sallyport/claims/predicates'
import {
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql'
import type { SubgraphConfig } from './config.ts'
import { federationDirectives, readArguments, schemaNodes, tokensOf, topNames } from './links.ts'

export type TypeNode =
  | ObjectTypeDefinitionNode
  | ObjectTypeExtensionNode
  | InterfaceTypeDefinitionNode
  | InterfaceTypeExtensionNode

export interface FieldSource {
  readonly name: string
  /** `Type.field` */
  readonly coordinate: string
  readonly node: FieldDefinitionNode
  readonly rule: AccessRule | null
  readonly isExternal: boolean
  readonly isKey: boolean
}

export interface TypeSource {
  readonly name: string
  readonly nodes: readonly TypeNode[]
  /** The rule of the type itself. */
  readonly rule: AccessRule | null
  readonly root: 'query' | 'mutation' | 'subscription' | null
  readonly isInterface: boolean
  readonly isEntity: boolean
  /** The field sets of its keys, in one spelling. */
  readonly keys: ReadonlySet<string>
  readonly fields: ReadonlyMap<string, FieldSource>
}

export interface SubgraphDocument {
  readonly config: SubgraphConfig
  readonly document: DocumentNode
  readonly names: DirectiveNames
  readonly types: ReadonlyMap<string, TypeSource>
  /** The rules of enums and scalars, by name. */
  readonly leaves: ReadonlyMap<string, AccessRule>
}

/** @throws Error when a rule is malformed. */
export function readSubgraph(config: SubgraphConfig, document: DocumentNode): SubgraphDocument {
  const names = rulesOf(document)
  const roots = rootNames(document)
  const nodes = new Map<string, TypeNode[]>()
  for (const definition of document.definitions) {
    if (!isTypeNode(definition)) continue
    const name = definition.name.value
    nodes.set(name, [...(nodes.get(name) ?? []), definition])
  }
  const types = [...nodes].map(([name, parts]) => {
    return [
      name,
      readType(name, parts, { document, names, root: roots.get(name) ?? null }),
    ] as const
  })
  return { config, document, names, types: new Map(types), leaves: leafRules(document, names) }
}

/** An author's own `@policy(name: …)` is not Apollo's: where nothing is linked, arguments tell them apart. */
function rulesOf(document: DocumentNode): DirectiveNames {
  const names = directiveNames(document)
  const isForeign = (directive: string, argument: string) =>
    definedArguments(document, directive)?.includes(argument) === false
  return {
    ...names,
    ...(isForeign('policy', 'policies') && { policy: without(names.policy, 'policy') }),
    ...(isForeign('requiresScopes', 'scopes') && {
      requiresScopes: without(names.requiresScopes, 'requiresScopes'),
    }),
  }
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((one) => one !== name))
}

/** `null` where the document defines no such directive. */
export function definedArguments(document: DocumentNode, name: string): readonly string[] | null {
  const found = document.definitions.find(
    (one) => one.kind === Kind.DIRECTIVE_DEFINITION && one.name.value === name,
  )
  if (found?.kind !== Kind.DIRECTIVE_DEFINITION) return null
  return (found.arguments ?? []).map((argument) => argument.name.value)
}

function leafRules(document: DocumentNode, names: DirectiveNames): ReadonlyMap<string, AccessRule> {
  const rules = new Map<string, AccessRule>()
  for (const definition of document.definitions) {
    if (!/^(Enum|Scalar)Type/.test(definition.kind) || !('name' in definition)) continue
    const rule = ruleFromDirectives(definition as EnumTypeDefinitionNode, names)
    const name = definition.name?.value ?? ''
    const before = rules.get(name)
    if (rule !== null) rules.set(name, before === undefined ? rule : mergeRules([before, rule]))
  }
  return rules
}

function isTypeNode(definition: { readonly kind: Kind }): definition is TypeNode {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.OBJECT_TYPE_EXTENSION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_EXTENSION
  )
}

interface TypeContext {
  readonly document: DocumentNode
  readonly names: DirectiveNames
  readonly root: TypeSource['root']
}

function readType(name: string, nodes: readonly TypeNode[], context: TypeContext): TypeSource {
  const federation = federationDirectives(context.document)
  const keys = nodes.flatMap((node) => federation.on(node, 'key')).map(readArguments)
  const keyFields = new Set(keys.flatMap((key) => topNames(String(key.fields))))
  const rules = nodes.flatMap((node) => ruleFromDirectives(node, context.names) ?? [])
  const fields = nodes
    .flatMap((node) => node.fields ?? [])
    .map((node): FieldSource => {
      return {
        name: node.name.value,
        coordinate: `${name}.${node.name.value}`,
        node,
        rule: ruleFromDirectives(node, context.names),
        isExternal: federation.on(node, 'external').length > 0,
        isKey: keyFields.has(node.name.value),
      }
    })
  const isInterface = nodes.some((node) => node.kind.startsWith('Interface'))
  return {
    name,
    nodes,
    rule: rules.length > 0 ? mergeRules(rules) : null,
    root: context.root,
    isInterface,
    isEntity: keys.length > 0 && !isInterface,
    keys: new Set(keys.map((key) => tokensOf(String(key.fields)).join(' '))),
    fields: new Map(fields.map((field) => [field.name, field])),
  }
}

function rootNames(document: DocumentNode): ReadonlyMap<string, TypeSource['root']> {
  const roots = new Map<string, TypeSource['root']>([
    ['Query', 'query'],
    ['Mutation', 'mutation'],
    ['Subscription', 'subscription'],
  ])
  for (const { operation, type } of schemaNodes(document).flatMap((n) => n.operationTypes ?? [])) {
    roots.set(type.name.value, operation)
  }
  return roots
}
