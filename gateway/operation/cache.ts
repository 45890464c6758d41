// Prepared operations by their text: what depends on the document alone is computed once.
import type { GraphQLSchema } from 'graphql'
import { type AuthNames, ownNames } from '../../platform/auth-names/auth-names.ts'
import { leadsToRoot } from '../authorize/nested-roots.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import { GatewayError } from '../errors.ts'
import { createSecondSight } from '../second-sight.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { DeniedHandling } from '../supergraph/config.ts'
import { atOnce, inSlices, type Pieces } from '../supergraph/slices.ts'
import type { CostRules } from './cost/rules.ts'
import { createFilter } from './filtered-operations.ts'
import type { OperationLimits } from './limits.ts'
import {
  hashOf,
  type OperationText,
  prepareOperation,
  SHORT_DOCUMENT,
  weightOf,
} from './prepare-operation.ts'
import type { OperationCache, PreparedOperation } from './prepared-operation.ts'
import { tooComplexBecause } from './too-complex.ts'
import { findViewer } from './without-viewer.ts'

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
  const mayNestRoots = leadsToRoot(schema)
  const filter = options.denied === 'filter' ? createFilter(options) : null
  const documents = createBoundedCache<Prepared>({
    maxEntries: limits.cachedOperations,
    maxWeight: limits.cachedTokens,
  })
  const refusals = createBoundedCache<GatewayError>({ maxEntries: limits.cachedRefusals })

  const before = createSecondSight()
  /** Documents that are being prepared in turns, by hash: however many send one, it is prepared once. */
  const underWay = new Map<string, Promise<PreparedOperation>>()

  return {
    prepare(query, operationName) {
      return find(query, operationName) ?? atOnce(prepareNew(identify(query, operationName)))
    },
    prepareInTurns(query, operationName) {
      const known = find(query, operationName)
      if (known !== undefined) return known
      const text = identify(query, operationName)
      if (query.length <= SHORT_DOCUMENT) return atOnce(prepareNew(text))
      return underWay.get(text.queryHash) ?? begin(text)
    },
    recent: (count) =>
      documents
        .newest(count)
        .flatMap(({ byName }) => [...byName.values()])
        .slice(0, count),
    get use() {
      return { operations: documents.use, refusals: refusals.use }
    },
  }

  function find(query: string, operationName: string | null): PreparedOperation | undefined {
    return documents.get(query)?.byName.get(operationName)
  }

  /** @throws GatewayError for what is too long, and for what was refused before. */
  function identify(query: string, operationName: string | null): OperationText {
    refuseOversized(query, limits)
    const queryHash = hashOf(query, operationName)
    const refusal = refusals.get(queryHash)
    if (refusal) throw refusal
    return { query, operationName, queryHash }
  }

  function begin(text: OperationText): Promise<PreparedOperation> {
    const pending = inSlices(prepareNew(text), 1).finally(() => underWay.delete(text.queryHash))
    underWay.set(text.queryHash, pending)
    return pending
  }

  function* prepareNew(text: OperationText): Pieces<PreparedOperation> {
    try {
      const { operation, tokens } = yield* prepareOperation(text, {
        ...options,
        viewer,
        filter,
        mayNestRoots,
      })
      const { query, operationName } = text
      const document = documents.peek(query) ?? { byName: new Map(), tokens: 0 }
      const weight = weightOf(query, document.tokens + tokens)
      // Of documents that each come once, as where values are written into them, a flood pushes out none that is used.
      if (!documents.hasRoomFor(weight) && !before.seenBefore(text.queryHash)) return operation
      document.byName.set(operationName, operation)
      document.tokens += tokens
      documents.set(query, document, weight)
      return operation
    } catch (error) {
      if (error instanceof GatewayError) refusals.set(text.queryHash, error)
      throw error
    }
  }
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
