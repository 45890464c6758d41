// Checks the variables of a request against their types and limits, without ever repeating a value.
import {
  coerceInputValue,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SourceLocation,
  typeFromAST,
} from 'graphql'
import { conditionVariables } from '../engine/conditions.ts'
import { GatewayError } from '../errors.ts'
import { countOf } from '../long-numbers.ts'
import { createCostCheck } from './cost/check.ts'
import type { CostRules } from './cost/rules.ts'
import { locationOf, withoutValue } from './explain.ts'
import type { OperationLimits } from './limits.ts'
import { settleLongNumbers } from './long-numbers.ts'
import { createNodeCheck } from './nodes.ts'
import { type Excess, tooComplexBecause } from './too-complex.ts'
import { eachNode } from './walk.ts'

export interface VariablesCheckOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly document: DocumentNode
  readonly limits: OperationLimits
  readonly costRules: CostRules
  /** Whether messages may name types and fields of the schema. Values never stay. */
  readonly showSchemaDetails: boolean
}

interface Declared {
  /** Null where clients are not to be told more than the variable's name. */
  readonly location: SourceLocation | null
  readonly name: string
  readonly type: GraphQLInputType
  readonly hasDefault: boolean
  /** It is an argument `first` or `last` somewhere. */
  readonly isPageSize: boolean
  /** It stands in an `@skip` or `@include`, which know no null, whatever its type says. */
  readonly isCondition: boolean
}

type Variables = Readonly<Record<string, unknown>>

/**
 * Compiled once per operation. The values stay as they were sent: subgraphs coerce them again.
 *
 * @throws GatewayError OPERATION_TOO_COMPLEX for more nodes than the limit, whatever the variables.
 */
export function createVariablesCheck(
  options: VariablesCheckOptions,
): (variables: Variables) => Record<string, unknown> {
  const { limits } = options
  const declared = readDeclarations(options)
  const checkNodes = createNodeCheck(options)
  const checkCost = createCostCheck({ ...options, rules: options.costRules })
  return (variables) => {
    const checked: Record<string, unknown> = {}
    const counted: Counted = { values: 0, limits }
    for (const variable of declared) {
      const isSent =
        Object.hasOwn(variables, variable.name) && variables[variable.name] !== undefined
      if (!isSent && variable.hasDefault) continue
      const value = isSent ? variables[variable.name] : undefined
      const settled = checkValue(variable, value, counted)
      if (isSent) checked[variable.name] = settled
    }
    checkNodes(checked)
    checkCost(checked)
    return checked
  }
}

/** @returns the value as it goes on to subgraphs */
function checkValue(variable: Declared, value: unknown, counted: Counted): unknown {
  const { type, isPageSize, isCondition, location } = variable
  if (value === undefined) {
    if (isNonNullType(type)) throw invalid(variable, 'is required')
    return undefined
  }
  if (isCondition && value === null) throw invalid(variable, 'does not fit its type')
  boundValue(variable, value, counted)
  const { pageSize: maximum } = counted.limits
  const size = isPageSize ? countOf(value) : null
  if (size !== null && size > maximum) {
    const exceeded = { limit: 'pageSize', value: size, maximum } as const
    throw tooLarge(variable, 'is too large for a page', exceeded)
  }
  const settled = settleLongNumbers(value, type)
  coerceInputValue(settled, type, (path, _, error) => {
    const why = location === null ? missingField(error) : `: ${withoutValue(error.message)}`
    throw invalid(variable, `does not fit its type${placeOf(path)}${why}`)
  })
  return settled
}

interface Counted {
  /** Of all variables so far. */
  values: number
  readonly limits: OperationLimits
}

/** Without recursion: nothing has bounded the value's depth yet. */
function boundValue(variable: Declared, whole: unknown, counted: Counted): void {
  const { variableDepth, listItems, variableValues } = counted.limits
  const pending: { readonly value: unknown; readonly depth: number }[] = [
    { value: whole, depth: 0 },
  ]
  for (let next = pending.pop(); next; next = pending.pop()) {
    counted.values += 1
    if (counted.values > variableValues) {
      const exceeded = { value: counted.values, maximum: variableValues }
      throw tooLarge(variable, 'has too many values, with the others', {
        limit: 'variableValues',
        ...exceeded,
      })
    }
    if (typeof next.value !== 'object' || next.value === null) continue
    const depth = next.depth + 1
    if (depth > variableDepth) {
      const exceeded = { value: depth, maximum: variableDepth }
      throw tooLarge(variable, 'has too many levels', { limit: 'variableDepth', ...exceeded })
    }
    if (Array.isArray(next.value) && next.value.length > listItems) {
      const exceeded = { value: next.value.length, maximum: listItems }
      throw tooLarge(variable, 'has too many items in a list', { limit: 'listItems', ...exceeded })
    }
    for (const item of Object.values(next.value)) pending.push({ value: item, depth })
  }
}

function readDeclarations({
  schema,
  operation,
  document,
  limits,
  showSchemaDetails,
}: VariablesCheckOptions): Declared[] {
  const pageSizes = pageSizeVariables(document)
  const conditions = conditionVariables(document)
  return (operation.variableDefinitions ?? []).flatMap((definition) => {
    const type = typeFromAST(schema, definition.type) as GraphQLInputType | undefined
    if (!type) return []
    const { defaultValue } = definition
    const name = definition.variable.name.value
    const isPageSize = pageSizes.has(name)
    const byDefault = defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : 0
    const location = (showSchemaDetails && locationOf(definition)) || null
    if (isPageSize && byDefault > limits.pageSize) {
      const exceeded = { value: byDefault, maximum: limits.pageSize }
      throw tooLarge({ name }, 'is too large for a page', { limit: 'pageSize', ...exceeded })
    }
    const hasDefault = defaultValue !== undefined
    return [{ name, type, hasDefault, isPageSize, isCondition: conditions.has(name), location }]
  })
}

function pageSizeVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>()
  eachNode(document, (node) => {
    if (node.kind !== Kind.ARGUMENT) return
    const { name, value } = node
    const isPageSize = name.value === 'first' || name.value === 'last'
    if (isPageSize && value.kind === Kind.VARIABLE) names.add(value.name.value)
  })
  return names
}

function placeOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return ''
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return ` at ${place.replace(/^\./, '').slice(0, 200)}`
}

function missingField(error: GraphQLError): string {
  return /of required type/.test(error.message) ? ': a required field is missing' : ''
}

function tooLarge({ name }: Pick<Declared, 'name'>, what: string, exceeded: Excess): GatewayError {
  const { value, maximum } = exceeded
  return tooComplexBecause(
    `Variable "$${name}" ${what}: ${value}, and ${maximum} at most.`,
    exceeded,
  )
}

function invalid(
  { name, location }: Pick<Declared, 'name' | 'location'>,
  problem: string,
): GatewayError {
  const message = `Variable "$${name}" ${problem}.`
  const locations = location === null ? {} : { locations: [location] }
  return new GatewayError('BAD_REQUEST', { message, reason: 'INVALID_VARIABLES', ...locations })
}
