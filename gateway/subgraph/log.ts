// What a subgraph said where a client is told less: in the log always, and in development in the answer too.
import type { GraphQLFormattedError } from 'graphql'
import type { Log } from '../../platform/log.ts'
import { safeText } from '../../platform/redact.ts'
import { isMasked, normalizeSubgraphError, type SubgraphAnswer, subgraphFailure } from './errors.ts'
import type { SubgraphFailure } from './failure.ts'

/** Lines for one answer: one with a thousand errors says little more than one with five. */
const MAX_LINES = 5
/**
 * Errors of one answer that are looked at, as many as an answer of the gateway may have. Five megabytes have room for a million
 * and a half, and each would become an object that is several times as large.
 */
const MAX_ERRORS = 1000
const MAX_PATH = 200
/** Of a page that came instead of an answer. */
const MAX_SAID = 500

export interface SubgraphLogOptions {
  readonly subgraph: string
  readonly logger: Pick<Log, 'warn' | 'error'>
  /** Whether clients read what a subgraph said. Never in production. */
  readonly showSubgraphErrors: boolean
}

export interface SubgraphLog {
  /** The errors of an answer as clients see them. */
  ofAnswer(
    errors: readonly unknown[],
    answer: SubgraphAnswer,
    requestId: string,
  ): readonly GraphQLFormattedError[]
  /** The error that stands for an answer that could not be had or not be read. */
  ofFailure(failure: SubgraphFailure, requestId: string): GraphQLFormattedError
}

export function createSubgraphLog(options: SubgraphLogOptions): SubgraphLog {
  const { subgraph, logger, showSubgraphErrors } = options

  return {
    ofAnswer(errors, answer, requestId) {
      let masked = 0
      const shown = errors.slice(0, MAX_ERRORS).map((error) => {
        const normalized = normalizeSubgraphError(error, answer)
        if (!isMasked(normalized)) return normalized
        masked += 1
        if (masked <= MAX_LINES) logMasked(error, normalized, { status: answer.status, requestId })
        return withMessage(normalized, messageOf(error))
      })
      if (masked > MAX_LINES) {
        logger.warn({ requestId, subgraph, more: masked - MAX_LINES }, 'more errors of this answer')
      }
      if (errors.length <= MAX_ERRORS) return shown
      logger.warn(
        { requestId, subgraph, errors: errors.length, lookedAt: MAX_ERRORS },
        'an answer has more errors than are looked at',
      )
      // Without a path it explains whatever is missing in the data.
      return [...shown, moreErrors()]
    },
    ofFailure(failure, requestId) {
      const { code, status, said } = failure
      // Told once, when the breaker opened: a line for each would drown what else there is.
      if (failure.retryAfterSeconds !== undefined) {
        return withMessage(subgraphFailure(failure), failure.message)
      }
      const words = said === undefined ? {} : { said: safeText(said, MAX_SAID) }
      const fields = { requestId, subgraph, code, ...(status > 0 && { status }), ...words }
      const level = status === 401 ? 'error' : 'warn'
      logger[level]({ ...fields, ...adviceOn(status), err: failure }, 'a subgraph failed')
      return withMessage(subgraphFailure(failure), said ?? failure.message)
    },
  }

  function logMasked(
    error: unknown,
    { path, extensions }: GraphQLFormattedError,
    { status, requestId }: { readonly status: number; readonly requestId: string },
  ): void {
    const code = String(extensions?.code)
    const saidCode = (error as { extensions?: { code?: unknown } } | null)?.extensions?.code
    const fields = {
      requestId,
      subgraph,
      code,
      status,
      said: safeText(messageOf(error)),
      ...(typeof saidCode === 'string' && { saidCode: safeText(saidCode, MAX_PATH) }),
      ...(path && { path: safeText(path.join('.'), MAX_PATH) }),
      ...adviceOn(status),
    }
    // A fault is to be mended; what is away or busy may come back by itself.
    const level = code === 'INTERNAL_SERVER_ERROR' || status === 401 ? 'error' : 'warn'
    logger[level](fields, 'a subgraph answered an error that clients do not see')
  }

  function withMessage(error: GraphQLFormattedError, message: string): GraphQLFormattedError {
    if (!showSubgraphErrors) return error
    const said = { subgraph, subgraphMessage: safeText(message) }
    return { ...error, extensions: { ...error.extensions, ...said } }
  }

  /** A subgraph that refuses the gateway itself has other settings, and waiting does not help. */
  function adviceOn(status: number): { advice?: string } {
    if (status !== 401) return {}
    const advice = `"${subgraph}" refuses the identity token of this gateway. What it expects as issuer must be PUBLIC_URL, what it expects as audience must be its name in supergraph.yaml, "${subgraph}", where it reads the keys must be a gateway's /.well-known/identity-jwks.json, and the clocks must agree`
    return { advice }
  }
}

function moreErrors(): GraphQLFormattedError {
  return { message: 'There are more errors.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }
}

function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message
  return typeof message === 'string' && message !== '' ? message : 'an error without a message'
}
