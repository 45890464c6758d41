// The variables that decide what an operation selects: those in `@skip` and `@include`.
import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { Condition } from './run.ts'

/** Every variable in `@skip` and `@include` of the document, with its default. */
export function readConditions({
  asked: { document, operation },
}: PreparedOperation): ReadonlyMap<string, Condition> {
  const conditions = new Map<string, Condition>()
  for (const name of conditionVariables(document)) {
    const definition = operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === name,
    )
    const value = definition?.defaultValue
    const byDefault = value?.kind === Kind.BOOLEAN && value.value
    conditions.set(name, { name, byDefault })
  }
  return conditions
}

/** Names of variables that stand in an `@skip` or `@include`. */
export function conditionVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(document, {
    Directive(node) {
      const value = isCondition(node) ? conditionValue(node) : undefined
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return names
}

export function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include'
}

export function conditionValue(node: DirectiveNode) {
  return node.arguments?.find(({ name }) => name.value === 'if')?.value
}
