// The log of every stack of the suite, written to nobody and looked at for credentials: whatever a test sends is a canary.
import type { Logger } from 'pino'
import { createLog } from '../platform/log.ts'
import { PASSWORD } from './people.ts'

export interface WatchedLog {
  readonly log: Logger
  /** @throws Error with the lines that hold a credential */
  expectNoCredentials(): void
}

/** What no line may hold, whole: refresh tokens, signed tokens, secrets of keys and clients, device tokens, and everybody's password. */
const CREDENTIALS: readonly RegExp[] = [
  /srt_[\w-]{22}\.[\w-]{43}/,
  /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{20,}/,
  /sps_(?:live|test)_\w{40}/,
  /scs_[\w-]{43}/,
  /dvt_[\w-]{43}/,
  new RegExp(PASSWORD),
]
const SHOWN = 3

/** @param level of what is printed as well; it is looked at whatever the level is */
export function createWatchedLog(level = 'silent'): WatchedLog {
  const leaks: string[] = []
  const isPrinted = level !== 'silent'
  const write = (line: string): void => {
    if (CREDENTIALS.some((credential) => credential.test(line))) leaks.push(line)
    if (isPrinted) process.stdout.write(line)
  }
  return {
    log: createLog({ part: 'test', level: isPrinted ? level : 'trace', destination: { write } }),
    expectNoCredentials: () => {
      if (leaks.length === 0) return
      throw new Error(`the log holds credentials:\n${leaks.slice(0, SHOWN).join('')}`)
    },
  }
}
