// Structured logs: one JSON line each, without credentials, variables or query text.
import { type DestinationStream, type Logger, pino } from 'pino'

export type GatewayLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

/** The gateway's logger. Only what is named is logged; the redaction is the second lock. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
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
  return destination === undefined ? pino(options) : pino(options, destination)
}
