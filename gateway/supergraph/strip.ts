// Takes the auth directives out of a supergraph: @apollo/gateway refuses to load what it cannot enforce; we enforce it.
import {
  type ASTVisitor,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  print,
  type StringValueNode,
  type TypeNode,
  visit,
} from 'graphql'
import { supergraphDirectiveNames } from './links.ts'
import { atOnce, type Pieces } from './slices.ts'

const AUTH_FEATURE = /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\/v/

/** The supergraph without uses, definitions, scalars and links of Apollo's three auth directives. */
export function stripAuthDirectives(supergraph: DocumentNode): string {
  return atOnce(stripInPieces(supergraph))
}

export function* stripInPieces(supergraph: DocumentNode): Pieces<string> {
  const names = supergraphDirectiveNames(supergraph)
  const directives = new Set([...names.authenticated, ...names.requiresScopes, ...names.policy])
  const scalars = scalarsOf(supergraph, directives)

  const visitor: ASTVisitor = {
    Directive(node) {
      if (directives.has(node.name.value)) return null
      const url = node.arguments?.find((argument) => argument.name.value === 'url')?.value
      const isAuthLink =
        url?.kind === Kind.STRING && AUTH_FEATURE.test((url as StringValueNode).value)
      return isAuthLink ? null : undefined
    },
    DirectiveDefinition: (node) => (directives.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (scalars.has(node.name.value) ? null : undefined),
  }
  const texts: string[] = []
  for (const definition of supergraph.definitions) {
    const stripped: DefinitionNode | null = visit(definition, visitor)
    if (stripped !== null) texts.push(print(stripped))
    yield
  }
  return texts.join('\n\n')
}

/** Scalars that only the arguments of these directives use. */
function scalarsOf(document: DocumentNode, directives: ReadonlySet<string>): ReadonlySet<string> {
  const scalars = new Set<string>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION) continue
    if (!directives.has(definition.name.value)) continue
    for (const argument of definition.arguments ?? []) scalars.add(namedType(argument.type))
  }
  for (const builtIn of ['String', 'Int', 'Float', 'Boolean', 'ID']) scalars.delete(builtIn)
  return scalars
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}
