// Prepared operations by their text: what depends on the document alone is computed once.
import { createHash } from 'node:crypto'
import type { GraphQLSchema } from 'graphql'
import { compileOperation } from '../authorize/compile-operation.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import { GatewayError } from '../errors.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { OperationLimits } from './limits.ts'
import { measureDocument } from './measure.ts'
import { forgetLocations, parseDocument } from './parse.ts'
import { type PlannerFields, refuseAmbiguousNames } from './planner-fields.ts'
import type { OperationCache, PreparedOperation } from './prepared-operation.ts'
import { selectOperation } from './select.ts'
import { validateDocument } from './validate.ts'
import { createVariablesCheck } from './variables.ts'

export interface OperationCacheOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly plannerFields: PlannerFields
  readonly limits: OperationLimits
  readonly logger: { warn(...args: unknown[]): void }
  readonly showSchemaDetails: boolean
}

/** The operations of one document, by the name that was asked for. */
interface Prepared {
  readonly byName: Map<string | null, PreparedOperation>
  /** Tokens, counted for each operation. */
  tokens: number
}

/** The operations of one graph. Refusals are remembered too, apart: they cannot push operations out. */
export function createOperationCache(options: OperationCacheOptions): OperationCache {
  const { limits } = options
  const documents = createBoundedCache<Prepared>({
    maxEntries: limits.cachedOperations,
    maxWeight: limits.cachedTokens,
  })
  const refusals = createBoundedCache<GatewayError>({ maxEntries: limits.cachedRefusals })

  return {
    prepare(query, operationName) {
      const document = documents.get(query)
      return document?.byName.get(operationName) ?? prepareNew(query, operationName, document)
    },
    get use() {
      return { operations: documents.use, refusals: refusals.use }
    },
  }

  function prepareNew(
    query: string,
    operationName: string | null,
    document: Prepared = { byName: new Map(), tokens: 0 },
  ): PreparedOperation {
    refuseOversized(query, limits)
    const queryHash = hashOf(query, operationName)
    const refusal = refusals.get(queryHash)
    if (refusal) throw refusal
    try {
      const { operation, tokens } = prepareOperation({ query, operationName, queryHash }, options)
      document.byName.set(operationName, operation)
      document.tokens += tokens
      documents.set(query, document, weightOf(query, document.tokens))
      return operation
    } catch (error) {
      if (error instanceof GatewayError) refusals.set(queryHash, error)
      throw error
    }
  }
}

// The length keeps a name and a text from being read as another name and text.
function hashOf(query: string, operationName: string | null): string {
  const key = `${operationName?.length ?? ''}:${operationName ?? ''}${query}`
  return createHash('sha256').update(key).digest('base64url')
}

interface OperationText {
  readonly query: string
  readonly operationName: string | null
  readonly queryHash: string
}

/** The steps from text to operation, the cheap ones first: each is bounded by what those before let pass. */
function prepareOperation(
  { query, operationName, queryHash }: OperationText,
  { schema, access, plannerFields, limits, logger, showSchemaDetails }: OperationCacheOptions,
): { operation: PreparedOperation; tokens: number } {
  const { document: whole, tokens } = parseDocument(query, limits)
  measureDocument(whole, limits)
  const { operation, document } = selectOperation(whole, operationName)
  validateDocument(schema, whole, { showSchemaDetails })
  refuseAmbiguousNames(schema, whole, plannerFields)
  forgetLocations(whole)
  const compiled = compileOperation({ schema, access, operation, document, logger })
  const checkVariables = createVariablesCheck({ schema, operation, document, limits })
  return {
    tokens,
    operation: Object.freeze({
      ...compiled,
      query,
      document,
      operation,
      queryHash,
      checkVariables,
    }),
  }
}

/** In tokens of some 256 bytes each. The text is kept as key and in the operation, with up to two bytes a character. */
function weightOf(query: string, tokens: number): number {
  return tokens + Math.ceil(query.length / 64)
}

function refuseOversized(query: string, { documentBytes }: OperationLimits): void {
  if (query.length <= documentBytes && Buffer.byteLength(query) <= documentBytes) return
  const message = `The document is larger than ${documentBytes} bytes.`
  throw new GatewayError('OPERATION_TOO_COMPLEX', { message })
}
