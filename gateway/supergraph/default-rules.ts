// Writes the rule of every field into its SDL before composition: composition carries only what stands there.
import type { AccessRule } from '@sallyport/claims/predicates'
import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  Kind,
  parseConstValue,
  visit,
} from 'graphql'
import { demandsSomething } from './access.ts'
import {
  type FieldSource,
  readSubgraph,
  type SubgraphDocument,
  type TypeSource,
} from './subgraph-document.ts'

/**
 * The subgraph with a rule on every root field and every field of an entity.
 *
 * A field without one takes `@public` from its own type, else the subgraph's `access`. A key that
 * another subgraph has ruled is left to that rule: it is repeated here only to be referred to.
 */
export function writeDefaultRules(
  subgraph: SubgraphDocument,
  all: readonly SubgraphDocument[],
): SubgraphDocument {
  const missing = new Map<FieldDefinitionNode, ConstDirectiveNode>()
  for (const type of subgraph.types.values()) {
    if (type.root === null && !type.isEntity) continue
    for (const field of type.fields.values()) {
      const directive = defaultDirective(field, type, { subgraph, all })
      if (directive) missing.set(field.node, directive)
    }
  }
  const document = visit(subgraph.document, {
    FieldDefinition(node) {
      const directive = missing.get(node)
      return directive && { ...node, directives: [...(node.directives ?? []), directive] }
    },
  })
  return readSubgraph(subgraph.config, document)
}

interface Place {
  readonly subgraph: SubgraphDocument
  readonly all: readonly SubgraphDocument[]
}

function defaultDirective(
  field: FieldSource,
  type: TypeSource,
  { subgraph, all }: Place,
): ConstDirectiveNode | null {
  const { names, config } = subgraph
  if (field.rule || field.isExternal) return null
  if (type.rule && demandsSomething(type.rule)) return null
  if (type.rule?.public) return directive(names.public)
  if (field.isKey && isRuledElsewhere(field, type, all)) return null
  if (config.access === 'authenticated') return directive(names.authenticated)
  return directive(names.policy, '[["deny"]]')
}

function isRuledElsewhere(
  field: FieldSource,
  type: TypeSource,
  all: readonly SubgraphDocument[],
): boolean {
  return all.some((other) => {
    const sameType = other.types.get(type.name)
    const sameField = sameType?.fields.get(field.name)
    return sameField !== undefined && hasRule(sameField.rule ?? sameType?.rule)
  })
}

function hasRule(rule: AccessRule | null | undefined): boolean {
  return rule !== null && rule !== undefined
}

function directive(names: ReadonlySet<string>, policies?: string): ConstDirectiveNode {
  const [name = ''] = names
  const argument = policies && {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'policies' },
    value: parseConstValue(policies),
  }
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: argument ? [argument] : [],
  } as ConstDirectiveNode
}
