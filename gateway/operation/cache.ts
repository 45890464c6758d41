// Prepared operations by their text: what depends on the document alone is computed once.
import { createHash } from 'node:crypto'
import { type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { compileOperation } from '../authorize/compile-operation.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import { GatewayError } from '../errors.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { DeniedHandling } from '../supergraph/config.ts'
import { boundComparisons } from './comparisons.ts'
import { type CostRules, noCostRules } from './cost/rules.ts'
import { createFilter, type Filter } from './filtered-operations.ts'
import type { OperationLimits } from './limits.ts'
import { measureDocument } from './measure.ts'
import { forgetLocations, parseDocument } from './parse.ts'
import type {
  DeniedFields,
  OperationCache,
  OperationDocument,
  PreparedOperation,
} from './prepared-operation.ts'
import { selectOperation } from './select.ts'
import { tooComplexBecause } from './too-complex.ts'
import { validateDocument } from './validate.ts'
import { createVariablesCheck } from './variables.ts'
import { findViewer, leaveOutViewer, type ViewerField } from './without-viewer.ts'

export interface OperationCacheOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  /** What auth is called in this graph. Default: as it calls itself. */
  readonly authNames?: AuthNames
  readonly limits: OperationLimits
  /** Default: `noCostRules`. */
  readonly costRules?: CostRules
  readonly logger: { warn(...args: unknown[]): void }
  readonly showSchemaDetails: boolean
  /** Default: `refuse`. */
  readonly denied?: DeniedHandling
}

/** The operations of one document, by the name that was asked for. */
interface Prepared {
  readonly byName: Map<string | null, PreparedOperation>
  /** Tokens, counted for each operation. */
  tokens: number
}

/** The operations of one graph. Refusals are remembered too, apart: they cannot push operations out. */
export function createOperationCache(options: OperationCacheOptions): OperationCache {
  const { limits, schema, access } = options
  const viewer = findViewer(schema, access, options.authNames ?? ownNames)
  const filter = options.denied === 'filter' ? createFilter(options) : null
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
      const { operation, tokens } = prepareOperation(
        { query, operationName, queryHash },
        { ...options, viewer, filter },
      )
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

interface PrepareOptions extends OperationCacheOptions {
  readonly viewer: ViewerField | null
  readonly filter: Filter | null
}

/** The steps from text to operation, the cheap ones first: each is bounded by what those before let pass. */
function prepareOperation(
  { query, operationName, queryHash }: OperationText,
  options: PrepareOptions,
): { operation: PreparedOperation; tokens: number } {
  const { schema, access, limits, logger, showSchemaDetails, viewer, filter } = options
  const { document: whole, tokens } = parseDocument(query, limits)
  measureDocument(whole, limits)
  boundComparisons(whole, limits)
  const { operation, document } = selectOperation(whole, operationName)
  naming(operation, () => validateDocument(schema, whole, { showSchemaDetails }))
  const { costRules = noCostRules } = options
  const variables = { schema, operation, document, limits, costRules, showSchemaDetails }
  const checkVariables = createVariablesCheck(variables)
  forgetLocations(whole)
  const compile = (source: OperationDocument) =>
    compileOperation({ schema, access, logger, ...source })
  const asked: OperationDocument = { operation, document }
  const compiled = compile(asked)
  const common = { ...compiled, query, queryHash, checkVariables, asked, denied: NOTHING_DENIED }
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
  function filterable(found: Omit<PreparedOperation, 'leaveOutDenied'>): PreparedOperation {
    const prepared = { ...found, leaveOutDenied: null as PreparedOperation['leaveOutDenied'] }
    if (filter !== null && found.kind === 'query') {
      prepared.leaveOutDenied = filter(prepared, weightOf(query, tokens))
    }
    return Object.freeze(prepared)
  }
}

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
function weightOf(query: string, tokens: number): number {
  return tokens + Math.ceil(query.length / 64)
}

function refuseOversized(query: string, { documentBytes }: OperationLimits): void {
  if (query.length <= documentBytes && Buffer.byteLength(query) <= documentBytes) return
  const value = Buffer.byteLength(query)
  throw tooComplexBecause(`The document has ${value} bytes, and ${documentBytes} at most.`, {
    limit: 'documentBytes',
    value,
    maximum: documentBytes,
  })
}
