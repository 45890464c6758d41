// Runs a share of the queries on a second engine too, after the answer, and reports where the two differ.
import { isDeepStrictEqual } from 'node:util'
import type { FormattedExecutionResult } from 'graphql'
import { Cancellation } from '../cancellation.ts'
import type { Engine, EngineLogger, ExecuteOptions } from '../engine.ts'
import { unmarkLongNumbers } from '../long-numbers.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { RequestContext } from '../request-context.ts'

export interface ShadowOptions {
  readonly shadow: Engine
  readonly percent: number
  readonly logger: EngineLogger
}

/** Subgraphs see a shadowed query twice, so only so many run at a time. */
const AT_ONCE = 8
const TIMEOUT_MS = 30_000

/** The engine, with a shadow behind a share of its queries. Never for mutations: they would happen twice. */
export function withShadow(engine: Engine, { shadow, percent, logger }: ShadowOptions): Engine {
  const counts = engine.counters.shadow
  const running = new Set<Cancellation>()
  let turn = 0

  return {
    counters: engine.counters,
    warm: (prepared) => engine.warm(prepared),
    async execute(prepared, options) {
      const result = await engine.execute(prepared, options)
      if (prepared.kind !== 'query' || !isTurn()) return result
      if (running.size >= AT_ONCE) counts.skipped += 1
      else void compare(prepared, options, result)
      return result
    },
    async stop() {
      // What they would compare with goes: a graph is taken down when its last request, and no shadow, has ended.
      for (const cancellation of running) cancellation.cancel()
      await Promise.all([engine.stop(), shadow.stop()])
    },
  }

  // Spreads the share evenly: of a hundred queries, `percent` ones.
  function isTurn(): boolean {
    turn = (turn + percent) % 100
    return turn < percent
  }

  async function compare(
    prepared: PreparedOperation,
    options: ExecuteOptions,
    result: FormattedExecutionResult,
  ): Promise<void> {
    const cancellation = new Cancellation()
    running.add(cancellation)
    const deadline = setTimeout(() => cancellation.cancel(), TIMEOUT_MS)
    try {
      const context = contextBeside(options.context, cancellation)
      const other = await shadow.execute(prepared, { ...options, context })
      // Cut off, it says nothing of the engines.
      if (cancellation.isCancelled) return
      counts.compared += 1
      report(prepared, differenceOf(result, other))
    } catch (error) {
      // The client has its answer: nothing that goes wrong here may reach anybody else.
      logger.error({ err: error, hash: prepared.queryHash }, 'engines could not be compared')
    } finally {
      clearTimeout(deadline)
      running.delete(cancellation)
    }
  }

  function report(
    { operationName, queryHash }: PreparedOperation,
    difference: ReturnType<typeof differenceOf>,
  ): void {
    if (difference === null) return
    counts.different += 1
    logger.warn({ difference, operation: operationName, hash: queryHash }, 'engines differ')
  }
}

/** The same caller and request, with counts and cookies of its own. */
function contextBeside(context: RequestContext, cancellation: Cancellation): RequestContext {
  return {
    requestId: context.requestId,
    cancellation,
    claims: context.claims,
    identityHeader: (subgraph) => context.identityHeader(subgraph),
    headersForSubgraph: context.headersForSubgraph,
    get authHeaders() {
      return context.authHeaders
    },
    forwardable: context.forwardable,
    setCookies: [],
    trace: null,
    fetches: 0,
  }
}

/** Never what differs itself: that is a client's data. */
function differenceOf(
  one: FormattedExecutionResult,
  other: FormattedExecutionResult,
): 'data' | 'errors' | null {
  if (!isDeepStrictEqual(plain(one.data), plain(other.data))) return 'data'
  return isDeepStrictEqual(placesOf(one), placesOf(other)) ? null : 'errors'
}

function plain(data: unknown): unknown {
  return data === undefined ? null : JSON.parse(unmarkLongNumbers(JSON.stringify(data)))
}

function placesOf({ errors = [] }: FormattedExecutionResult): string[] {
  return errors.map(({ path, extensions }) => JSON.stringify([path, extensions?.code])).sort()
}
