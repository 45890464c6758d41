// What clients see of a supergraph: without the elements of its features (link spec v1.0), without what is `@inaccessible`
// (inaccessible spec v0.2), and without directives that only schemas use.
import {
  type ASTVisitor,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  visit,
} from 'graphql'
import { readArguments, schemaNodes } from '../supergraph/links.ts'
import { atOnce, type Pieces } from '../supergraph/slices.ts'
import { buildSchema } from './build-schema.ts'

/** Directives of GraphQL itself that say something about a schema to its clients. */
const KEPT: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf'])

const EXECUTABLE: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
])

export function apiSchemaOf(supergraph: DocumentNode): GraphQLSchema {
  return atOnce(apiSchemaInPieces(supergraph))
}

export function* apiSchemaInPieces(supergraph: DocumentNode): Pieces<GraphQLSchema> {
  const features = readFeatures(supergraph)
  const hidden = new Set<string>()
  const visitor: ASTVisitor = {
    FieldDefinition: (node) => (isInaccessible(node, features) ? null : undefined),
    InputValueDefinition: (node) => (isInaccessible(node, features) ? null : undefined),
    EnumValueDefinition: (node) => (isInaccessible(node, features) ? null : undefined),
    ObjectTypeDefinition: {
      leave: (node) => ({ ...node, interfaces: visible(node.interfaces) }),
    },
    InterfaceTypeDefinition: {
      leave: (node) => ({ ...node, interfaces: visible(node.interfaces) }),
    },
    UnionTypeDefinition: { leave: (node) => ({ ...node, types: visible(node.types) }) },
    Directive: (node) => (KEPT.has(node.name.value) ? undefined : null),
  }
  const definitions = supergraph.definitions.filter((definition) => {
    if (isOfFeature(definition, features) || isForSchemas(definition)) return false
    if (!isInaccessible(definition, features)) return true
    if ('name' in definition && definition.name) hidden.add(definition.name.value)
    return false
  })
  const shown: DefinitionNode[] = []
  for (const definition of definitions) {
    shown.push(visit(definition, visitor))
    yield
  }
  return yield* buildSchema({ kind: Kind.DOCUMENT, definitions: shown })

  function visible(named: readonly NamedTypeNode[] = []): readonly NamedTypeNode[] {
    return named.filter(({ name }) => !hidden.has(name.value))
  }
}

interface Features {
  /** Names of directives and types that stand for a feature. */
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
  readonly inaccessible: string
}

function readFeatures(supergraph: DocumentNode): Features {
  const links = schemaNodes(supergraph)
    .flatMap(({ directives }) => directives ?? [])
    .map(readArguments)
    .flatMap((link) =>
      typeof link.url === 'string' ? [{ ...link, feature: featureOf(link.url) }] : [],
    )
  const names = new Set<string>()
  const prefixes: string[] = []
  let inaccessible = 'inaccessible'
  for (const { feature, as, import: imports } of links as readonly FeatureLink[]) {
    const namespace = typeof as === 'string' ? as : feature
    names.add(namespace)
    prefixes.push(`${namespace}__`)
    if (feature === 'inaccessible') inaccessible = namespace
    for (const item of Array.isArray(imports) ? imports : []) {
      const { name, as: local = name } = typeof item === 'string' ? { name: item } : item
      const localName = String(local).replace('@', '')
      names.add(localName)
      if (feature === 'inaccessible' && name === '@inaccessible') inaccessible = localName
    }
  }
  return { names, prefixes, inaccessible }
}

interface FeatureLink {
  readonly feature: string
  readonly as?: unknown
  readonly import?: unknown
}

/** The last part of the URL's path, without the version: `join` of `https://specs.apollo.dev/join/v0.3`. */
function featureOf(url: string): string {
  const parts = url.split('/').filter((part) => part !== '')
  const last = parts.at(-1) ?? ''
  return /^v\d+\.\d+$/.test(last) ? (parts.at(-2) ?? '') : last
}

function isOfFeature(definition: DefinitionNode, { names, prefixes }: Features): boolean {
  if (!('name' in definition) || definition.name === undefined) return false
  const name = definition.name.value
  if (prefixes.some((prefix) => name.startsWith(prefix))) return true
  return definition.kind === Kind.DIRECTIVE_DEFINITION && names.has(name)
}

function isForSchemas(definition: DefinitionNode): boolean {
  if (definition.kind !== Kind.DIRECTIVE_DEFINITION) return false
  return !(definition as DirectiveDefinitionNode).locations.some(({ value }) =>
    EXECUTABLE.has(value),
  )
}

function isInaccessible(
  node: { readonly directives?: readonly ConstDirectiveNode[] } | DefinitionNode,
  { inaccessible }: Features,
): boolean {
  const directives = 'directives' in node ? (node.directives ?? []) : []
  return directives.some(({ name }) => name.value === inaccessible)
}
