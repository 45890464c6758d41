// What a subgraph may say and this gateway does not do: hints are left out, what would change answers is refused.
import { type ConstDirectiveNode, type DocumentNode, visit } from 'graphql'
import { federationDirectives, federationVersion, readArguments, schemaNodes } from '../links.ts'
import { withPlace } from './places.ts'

/** For other programs than this gateway, or for nothing without `@fromContext`: leaving them out changes no answer. */
export const HINTS: readonly string[] = ['cacheTag', 'context']
const HINT_URL = /^https:\/\/specs\.apollo\.dev\/cacheTag\//
const CONNECT_URL = /^https:\/\/specs\.apollo\.dev\/connect\//

/** The problems of one subgraph, each with its place. */
export function findUnsupported(name: string, document: DocumentNode): readonly string[] {
  const problems: string[] = []
  const refuse = (why: string, node: ConstDirectiveNode) =>
    void problems.push(withPlace(`${name}: ${why}`, node))
  for (const link of schemaNodes(document).flatMap((node) => node.directives ?? [])) {
    if (CONNECT_URL.test(String(readArguments(link).url)))
      refuse('connectors are not supported: make it a subgraph of its own', link)
  }
  if (federationVersion(document) === null) return problems
  const federation = federationDirectives(document)
  visit(document, {
    Directive(node) {
      const directives = [node as ConstDirectiveNode]
      for (const found of federation.on({ directives }, 'fromContext'))
        refuse(
          '@fromContext is not supported: take the value with @requires, or from the client',
          found,
        )
    },
  })
  return problems
}

/** The document without hints. */
export function withoutHints(document: DocumentNode): DocumentNode {
  if (federationVersion(document) === null) return document
  const federation = federationDirectives(document)
  const isHint = (node: ConstDirectiveNode) =>
    HINTS.some((hint) => federation.on({ directives: [node] }, hint).length > 0) ||
    (node.name.value === 'link' && HINT_URL.test(String(readArguments(node).url)))
  return visit(document, {
    Directive: (node) => (isHint(node as ConstDirectiveNode) ? null : undefined),
  })
}
