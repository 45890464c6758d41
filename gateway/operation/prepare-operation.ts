// From text to operation, once for each document: the cheap steps first, each bounded by what those before let pass.
//
//   text ─► parse, measure ─│─► compare ─│─► validate ─│─► costs of variables ─│─► rules ─│─► the same without `viewer`
//                           └ a long document gives the event loop a turn between two of them
import { hash } from 'node:crypto'
import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import { compileOperation } from '../authorize/compile-operation.ts'
import { GatewayError } from '../errors.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { Pieces } from '../supergraph/slices.ts'
import { boundComparisons } from './comparisons.ts'
import { createCost } from './cost/check.ts'
import { type CostRules, noCostRules } from './cost/rules.ts'
import type { Filter } from './filtered-operations.ts'
import type { OperationLimits } from './limits.ts'
import { loggedOperation } from './logged-operation.ts'
import { measureDocument } from './measure.ts'
import { forgetLocations, parseDocument } from './parse.ts'
import type { DeniedFields, OperationDocument, PreparedOperation } from './prepared-operation.ts'
import { selectOperation } from './select.ts'
import { validateDocument } from './validate.ts'
import { createVariablesCheck } from './variables.ts'
import { leaveOutViewer, type ViewerField } from './without-viewer.ts'

/** Characters of a document that is prepared, and compiled, within a millisecond or two; a longer one lets others pass meanwhile. */
export const SHORT_DOCUMENT = 1500

export interface OperationText {
  readonly query: string
  readonly operationName: string | null
  readonly queryHash: string
}

export interface PrepareOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly limits: OperationLimits
  readonly costRules?: CostRules
  readonly logger: { warn(...args: unknown[]): void }
  readonly showSchemaDetails: boolean
  readonly viewer: ViewerField | null
  readonly filter: Filter | null
  /** What `leadsToRoot` says of the schema. */
  readonly mayNestRoots: boolean
}

/** @throws GatewayError that says why the document is refused. */
export function* prepareOperation(
  { query, operationName, queryHash }: OperationText,
  options: PrepareOptions,
): Pieces<{ operation: PreparedOperation; tokens: number }> {
  const { schema, access, limits, logger, showSchemaDetails, viewer, filter, mayNestRoots } =
    options
  const { document: whole, tokens } = parseDocument(query, limits)
  measureDocument(whole, limits)
  yield
  boundComparisons(whole, limits)
  const { operation, document } = selectOperation(whole, operationName)
  yield
  naming(operation, () => validateDocument(schema, whole, { showSchemaDetails }))
  yield
  const { costRules = noCostRules } = options
  const variables = { schema, operation, document, limits, costRules, showSchemaDetails }
  const checkVariables = createVariablesCheck(variables)
  // For those few who have a budget of their own.
  let compiledCost: PreparedOperation['costOf'] | null = null
  const costOf: PreparedOperation['costOf'] = (values) => {
    compiledCost ??= createCost({ ...variables, rules: costRules })
    return compiledCost(values)
  }
  forgetLocations(whole)
  yield
  const compile = (source: OperationDocument) =>
    compileOperation({ schema, access, logger, mayNestRoots, ...source })
  const asked: OperationDocument = { operation, document }
  const compiled = compile(asked)
  yield
  const common = {
    ...compiled,
    query,
    queryHash,
    logged: loggedOperation({ ...compiled, queryHash }),
    checkVariables,
    costOf,
    asked,
    denied: NOTHING_DENIED,
  }
  // What makes a credential runs as nobody, but answers as whoever it made.
  const left =
    viewer && !compiled.isStaleCredentials ? leaveOutViewer(asked, { schema, viewer }) : null
  const forNobody = left && withoutViewer(left)
  const prepared = filterable({ ...common, ...asked, planKey: queryHash, forNobody })
  return { tokens: forNobody ? 2 * tokens : tokens, operation: prepared }

  function withoutViewer(left: OperationDocument): PreparedOperation {
    const { authorize, needsLive } = compile(left)
    const planKey = hashOf(`without viewer ${queryHash}`, operationName)
    return filterable({ ...common, ...left, planKey, authorize, needsLive, forNobody: null })
  }

  /** A mutation is refused as a whole: half of it done helps nobody. */
  function filterable(found: Omit<PreparedOperation, 'leaveOutDenied' | 'slot'>) {
    const leaveOutDenied: PreparedOperation['leaveOutDenied'] = null
    const prepared: Writable<PreparedOperation> = { ...found, leaveOutDenied, slot: { made: null } }
    if (filter !== null && found.kind === 'query') {
      prepared.leaveOutDenied = filter(prepared, weightOf(query, tokens))
    }
    return Object.freeze(prepared)
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const NOTHING_DENIED: DeniedFields = new Map([])

/** A refusal says in the log which operation it was. The names are the client's: bounded where they are written. */
function naming(operation: OperationDefinitionNode, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof GatewayError) {
      const rootFields = operation.selectionSet.selections.flatMap((selection) =>
        selection.kind === Kind.FIELD ? [selection.name.value] : [],
      )
      const operationName = operation.name?.value ?? null
      error.operation = { operationName, kind: operation.operation, rootFields }
    }
    throw error
  }
}

/** In tokens of some 256 bytes each. The text is kept as key and in the operation, with up to two bytes a character. */
export function weightOf(query: string, tokens: number): number {
  return tokens + Math.ceil(query.length / 64)
}

// The length keeps a name and a text from being read as another name and text.
export function hashOf(query: string, operationName: string | null): string {
  const key = `${operationName?.length ?? ''}:${operationName ?? ''}${query}`
  return hash('sha256', key, 'base64url')
}
