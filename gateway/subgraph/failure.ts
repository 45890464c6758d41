// Why a subgraph gave no answer that could be used.

/**
 * How far an exchange got, which says what may be done about it.
 *
 * - `unsent`: there was no connection, so nothing was asked: anything may go to another address
 * - `reset`: a connection that had been kept open died before the first byte of the answer: a query is sent again at once
 * - `sent`: whatever else
 */
export type Progress = 'unsent' | 'reset' | 'sent'

export type FailureCode = 'SUBGRAPH_UNAVAILABLE' | 'SUBGRAPH_TIMEOUT'

export interface SubgraphFailureOptions extends ErrorOptions {
  /** HTTP status of the answer, where one came. Default: 0. */
  readonly status?: number
  /** The beginning of what came instead of an answer. */
  readonly said?: string
  /** Default: `sent`. */
  readonly progress?: Progress
  /** Nobody waits for the answer: it says nothing of the subgraph. Default: false. */
  readonly isAbandoned?: boolean
  /** It was not asked, as it is known to fail or has too much to do: seconds until it is worth asking again. */
  readonly retryAfterSeconds?: number
  /** It has too much to do already. Default: false. */
  readonly isShed?: boolean
}

/** The message is for the log. */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure'
  readonly code: FailureCode
  readonly status: number
  readonly said: string | undefined
  readonly progress: Progress
  readonly isAbandoned: boolean
  readonly retryAfterSeconds: number | undefined
  readonly isShed: boolean

  constructor(
    code: FailureCode,
    message: string,
    {
      status = 0,
      said,
      progress = 'sent',
      isAbandoned = false,
      retryAfterSeconds,
      isShed = false,
      ...options
    }: SubgraphFailureOptions = {},
  ) {
    super(message, options)
    this.code = code
    this.status = status
    this.said = said
    this.progress = progress
    this.isAbandoned = isAbandoned
    this.retryAfterSeconds = retryAfterSeconds
    this.isShed = isShed
  }
}

/** Whether it is away or overloaded, rather than set up wrongly: a page with status 404, or too large an answer, comes again. */
export function isDown({ status, isAbandoned, retryAfterSeconds }: SubgraphFailure): boolean {
  if (isAbandoned || retryAfterSeconds !== undefined) return false
  return status === 0 || isOfDown(status)
}

/** Status codes that a subgraph, or whatever stands before it, answers when it cannot do its work now. */
export function isOfDown(status: number): boolean {
  return status === 429 || status >= 500
}
