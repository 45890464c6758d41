// Under which names a subgraph's SDL knows the directives of federation (link spec v1.0: imports can rename).
import { type DirectiveNames, directiveNames } from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  valueFromASTUntyped,
} from 'graphql'

const FEATURE_URL = /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\/v/
export const FEDERATION_URL = /^https:\/\/specs\.apollo\.dev\/federation\/v(\d+)\.(\d+)$/

export interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** Finds uses of federation's own directives in one document, whatever they are called there. */
export interface FederationDirectives {
  /** @param directive Its name in the specification, such as `key`. */
  on(node: Directed, directive: string): readonly ConstDirectiveNode[]
}

export function federationDirectives(document: DocumentNode): FederationDirectives {
  const links = schemaNodes(document)
    .flatMap((node) => node.directives ?? [])
    .map(readArguments)
    .filter((link) => FEDERATION_URL.test(String(link.url)))
  const namesOf = (directive: string) => {
    const names = links.map((link) => localName(link, directive))
    return names.length > 0 ? names : [directive]
  }
  return {
    on(node, directive) {
      const names = namesOf(directive)
      return (node.directives ?? []).filter((found) => names.includes(found.name.value))
    },
  }
}

/** As `[2, 3]`; `null` for a document of Federation 1, which links to nothing. */
export function federationVersion(document: DocumentNode): readonly [number, number] | null {
  const urls = schemaNodes(document)
    .flatMap((node) => node.directives ?? [])
    .map((link) => FEDERATION_URL.exec(String(readArguments(link).url)))
  const [, major, minor] = urls.find((found) => found !== null) ?? []
  return major === undefined ? null : [Number(major), Number(minor)]
}

/**
 * Under which names a composed supergraph knows the access directives. Composition imports a renamed
 * one as `@link(url: ".../policy/v0.1", import: [{ name: "@policy", as: "@rule" }])`; a name that is
 * missed here would be a rule that nobody enforces.
 */
export function supergraphDirectiveNames(supergraph: DocumentNode): DirectiveNames {
  const names = directiveNames(supergraph)
  const links = schemaNodes(supergraph)
    .flatMap((node) => node.directives ?? [])
    .map(readArguments)
  const withImports = (feature: string, known: ReadonlySet<string>) => {
    const own = links.filter((link) => FEATURE_URL.exec(String(link.url))?.[1] === feature)
    return new Set([...known, ...own.flatMap((link) => importedName(link, feature) ?? [])])
  }
  return {
    public: names.public,
    authenticated: withImports('authenticated', names.authenticated),
    requiresScopes: withImports('requiresScopes', names.requiresScopes),
    policy: withImports('policy', names.policy),
    credentials: names.credentials,
    rateLimit: names.rateLimit,
  }
}

/** The schema definition and its extensions. */
export function schemaNodes(
  document: DocumentNode,
): readonly (SchemaDefinitionNode | SchemaExtensionNode)[] {
  return document.definitions.filter(
    (definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION,
  )
}

/** From enum value (`AUTH`) to subgraph name (`auth`). */
export function graphNamesOf(document: DocumentNode): ReadonlyMap<string, string> {
  const graphs = document.definitions.find(
    (definition) =>
      definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  )
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION)
    throw new Error('this is not a composed supergraph')
  return new Map(
    (graphs.values ?? []).map((value) => {
      const [join] = (value.directives ?? [])
        .filter(({ name }) => name.value === 'join__graph')
        .map(readArguments)
      return [value.name.value, String(join?.name ?? value.name.value)]
    }),
  )
}

/** A directive's arguments as plain values. */
export function readArguments(directive: ConstDirectiveNode): Record<string, unknown> {
  const entries = (directive.arguments ?? []).map((argument) => [
    argument.name.value,
    valueFromASTUntyped(argument.value),
  ])
  return Object.fromEntries(entries)
}

/** The names at the top of a field set such as `id owner { id }`. */
export function topNames(fieldSet: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const token of tokensOf(fieldSet)) {
    if (token === '{') depth += 1
    else if (token === '}') depth -= 1
    else if (depth === 0) names.push(token)
  }
  return names
}

export function tokensOf(fieldSet: string): string[] {
  return fieldSet.match(/\w+|[{}]/g) ?? []
}

export function localName(link: Record<string, unknown>, directive: string): string {
  const namespace = typeof link.as === 'string' ? link.as : 'federation'
  return importedName(link, directive) ?? `${namespace}__${directive}`
}

export function importedName(link: Record<string, unknown>, directive: string): string | null {
  const imports = Array.isArray(link.import) ? link.import : []
  for (const item of imports) {
    if (item === `@${directive}`) return directive
    if (typeof item !== 'object' || item === null || item.name !== `@${directive}`) continue
    return typeof item.as === 'string' ? item.as.slice(1) : directive
  }
  return null
}
