// Structured logs: one JSON line each, without credentials, variables or query text.
import { type DestinationStream, destination as fileDestination, type Logger, pino } from 'pino'

export type GatewayLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

/**
 * Lines go out together, after a moment: a system call for each would cost more than most of a request.
 * What is there is written before the process ends, unless it is killed; whoever does not read loses lines.
 */
const BUFFERED = {
  sync: false,
  minLength: 8 * 1024,
  periodicFlush: 100,
  maxLength: 16 * 1024 * 1024,
} as const

/**
 * The gateway's logger. Only what is named is logged; the redaction is the second lock.
 *
 * @param destination Default: the standard output, in blocks.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = fileDestination({ dest: 1, ...BUFFERED }),
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
