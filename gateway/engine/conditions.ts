// The variables that decide what an operation selects: those in `@skip` and `@include`.
import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode } from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { eachNode } from '../operation/walk.ts'
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
  eachNode(document, (node) => {
    const value =
      node.kind === Kind.DIRECTIVE && isCondition(node) ? conditionValue(node) : undefined
    if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
  })
  return names
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include'
}

function conditionValue(node: DirectiveNode) {
  return node.arguments?.find(({ name }) => name.value === 'if')?.value
}

/** Whether a selection is left out by its own `@skip` or `@include`. */
export function isLeftOut(
  { directives = [] }: SelectionNode,
  isOn: (variable: string) => boolean,
): boolean {
  return directives.some((directive) => {
    if (!isCondition(directive)) return false
    const value = conditionValue(directive)
    const isTrue =
      value?.kind === Kind.VARIABLE
        ? isOn(value.name.value)
        : value?.kind === Kind.BOOLEAN && value.value
    return directive.name.value === 'skip' ? isTrue : !isTrue
  })
}
