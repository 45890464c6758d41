// The one log of every part: a JSON line each, with the same fields, and without credentials, variables or the text of operations.
//
//   every line         time level part msg
//   about a request    requestId traceId operation rootFields kind status code reason ms fetches
//   about a subgraph   requestId subgraph path code
//   about an error     err { type message code stack cause }
import cluster from 'node:cluster'
import { type DestinationStream, type Logger, pino } from 'pino'
import { describeError } from './describe-error.ts'
import { createLogBuffer, type LogBuffer } from './log-buffer.ts'
import { REDACTED, redactedPaths, safeText } from './redact.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

export interface LogOptions {
  /** Who writes: `gateway`, `auth`, `reviews`. */
  readonly part: string
  readonly level: string
  /** Default: the standard output, in blocks. */
  readonly destination?: DestinationStream
}

const STANDARD_OUTPUT = 1

/** A part's log. Only what is named is logged; the redaction is the second lock. */
export function createLog({ part, level, destination = standardOutput(part) }: LogOptions): Logger {
  const log = pino(
    {
      level,
      base: { part },
      redact: { paths: redactedPaths, censor: REDACTED },
      serializers: { err: describeError },
      hooks: { logMethod: boundMessage },
    },
    destination,
  )
  return Object.assign(log, { [PLAIN]: true })
}

const PLAIN = Symbol('a log of this file')

/** Nothing adds to its lines: it is one of this file, or a child of one. */
export function isPlain(log: Log): boolean {
  return PLAIN in log
}

// Most messages are words of ours; those of a library may hold anything, at any length.
function boundMessage(this: Logger, args: unknown[], write: (...args: never[]) => void): void {
  const last = args.length - 1
  const message = args[last]
  if (typeof message === 'string') args[last] = safeText(message)
  write.apply(this, args as never[])
}

// One for the process: two would cut into each other's blocks.
let shared: LogBuffer | null = null

function standardOutput(part: string): LogBuffer {
  shared ??= createLogBuffer(STANDARD_OUTPUT, { isShared: cluster.isWorker, part })
  return shared
}
