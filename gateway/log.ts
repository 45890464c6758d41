// Structured logs: one JSON line each, without credentials, variables or query text.
import cluster from 'node:cluster'
import { type DestinationStream, type Logger, pino } from 'pino'
import { createLogBuffer, type LogBuffer } from './log-buffer.ts'

const STANDARD_OUTPUT = 1

export type GatewayLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

/**
 * The gateway's logger. Only what is named is logged; the redaction is the second lock.
 *
 * @param destination Default: the standard output, in blocks.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = standardOutput(),
): Logger {
  const options = {
    name: 'gateway',
    level,
    base: { name: 'gateway' },
    redact: {
      paths: [
        '*.authorization',
        '*.cookie',
        '*["x-api-key"]',
        '*["x-api-secret"]',
        '*["x-csrf-token"]',
        '*["sallyport-identity"]',
        '*.variables',
        '*.query',
      ],
      censor: '[redacted]',
    },
  }
  return pino(options, destination)
}

// One for the process: two would cut into each other's blocks.
let shared: LogBuffer | null = null

function standardOutput(): LogBuffer {
  shared ??= createLogBuffer(STANDARD_OUTPUT, { isShared: cluster.isWorker })
  return shared
}
