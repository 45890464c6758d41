// Under which names a subgraph's SDL knows the directives of federation (link spec v1.0: imports can rename).
import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  valueFromASTUntyped,
} from 'graphql'

const FEDERATION_URL = /^https:\/\/specs\.apollo\.dev\/federation\/v\d+\.\d+$/

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

/** The schema definition and its extensions. */
export function schemaNodes(
  document: DocumentNode,
): readonly (SchemaDefinitionNode | SchemaExtensionNode)[] {
  return document.definitions.filter(
    (definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION,
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

function localName(link: Record<string, unknown>, directive: string): string {
  const imports = Array.isArray(link.import) ? link.import : []
  for (const item of imports) {
    if (item === `@${directive}`) return directive
    if (typeof item !== 'object' || item === null || item.name !== `@${directive}`) continue
    return typeof item.as === 'string' ? item.as.slice(1) : directive
  }
  return `${typeof link.as === 'string' ? link.as : 'federation'}__${directive}`
}
