// Of a part that is a process of its own everything leaves through its log: faults, warnings of node and what libraries print.
import { format } from 'node:util'
import type { Logger } from 'pino'
import { createLog } from './log.ts'
import { SetupError } from './setup-error.ts'

/** From here on nothing of this process prints a line of another form. */
export function logProcess(log: Logger): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'the process ends: nobody handled this error')
    process.exit(1)
  })
  // Node's own listener prints it.
  process.removeAllListeners('warning')
  process.on('warning', (err) => log.warn({ err }, 'a warning of node'))
  for (const method of ['debug', 'info', 'warn', 'error'] as const) {
    console[method] = (...args: unknown[]) => log[method]({ from: 'console' }, format(...args))
  }
  console.log = console.info
  console.trace = console.debug
}

/**
 * Ends the process. It is told at every LOG_LEVEL, as a sentence at a terminal and as a line of the log elsewhere.
 *
 * @param thrown A sentence for anyone who sets the settings, an error that is one, or whatever else was thrown.
 */
export function exitUnstarted(part: string, thrown: unknown): never {
  const log = createLog({ part, level: 'fatal' })
  const reason = thrown instanceof SetupError ? thrown.message : thrown
  if (typeof reason !== 'string') log.fatal({ err: reason }, `${part} cannot start`)
  else if (process.stdout.isTTY) process.stderr.write(`${reason}\n`)
  else log.fatal(reason)
  process.exit(1)
}
