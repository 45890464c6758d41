// A line that every request has: what is always the same in it is JSON before the request comes. The log itself looks at each value
// anew, which took longer than the checks of a request.
import { type Logger, symbols } from 'pino'
import { isPlain, type Log } from './log.ts'

/** @param members of the line, as JSON without the braces: no secret, and nothing that a client chose and nobody escaped */
export type WriteLine = (members: string) => void

interface PinoParts {
  readonly [symbols.streamSym]: { write(line: string): void }
  /** Its fields, as JSON with a comma before each. */
  readonly [symbols.chindingsSym]: string
}

const INFO = 30

/** Lines of level info, with the log's own fields and this message. */
export function createLineWriter(log: Log, message: string): WriteLine {
  if (!isOurs(log)) return (members) => log.info(JSON.parse(`{${members}}`), message)
  const { [symbols.streamSym]: stream, [symbols.chindingsSym]: fields } = log
  const head = `{"level":${INFO},"time":`
  const end = `,"msg":${JSON.stringify(message)}}\n`
  return (members) => {
    if (log.isLevelEnabled('info')) stream.write(`${head}${Date.now()}${fields},${members}${end}`)
  }
}

/** A team may have a log of its own, and what it adds to a line is added. */
function isOurs(log: Log): log is Logger & PinoParts {
  return isPlain(log) && symbols.streamSym in log && symbols.chindingsSym in log
}
