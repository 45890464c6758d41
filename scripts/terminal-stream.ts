// Log lines for a person at a terminal: time, part and message, one line each. The JSON stays where programs read it.
interface Entry {
  readonly level: number
  readonly time: number
  readonly part?: string
  readonly msg?: string
  readonly err?: { readonly message?: string; readonly cause?: { readonly message?: string } }
  readonly mail?: { readonly code?: string; readonly link?: string; readonly file?: string }
  // A request.
  readonly status?: number
  readonly ms?: number
  readonly operation?: string
  readonly operationType?: string
  readonly rootFields?: readonly string[]
  readonly code?: string
  readonly reason?: string
  // What a subgraph said.
  readonly subgraph?: string
  readonly said?: string
  readonly advice?: string
}

const LEVELS: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' }
const MAX_LINE = 600
const INDENT = '\n           '

export function createTerminalStream(out: NodeJS.WritableStream = process.stdout): {
  write(line: string): void
} {
  return {
    write: (line) => {
      out.write(`${describe(JSON.parse(line) as Entry)}\n`)
    },
  }
}

function describe(entry: Entry): string {
  const { level, time, part = '', mail, advice } = entry
  const clock = new Date(time).toTimeString().slice(0, 8)
  const isRequest = entry.status !== undefined && entry.ms !== undefined
  const text = isRequest ? requestLine(entry) : messageLine(entry)
  const code =
    mail?.code === undefined ? '' : `${INDENT}code: ${plain(`${mail.code}   in ${mail.file}`)}`
  const link = mail?.link === undefined ? '' : `${INDENT}link: ${plain(mail.link)}`
  const hint = advice === undefined ? '' : INDENT + plain(advice)
  return `${clock}  ${plain(part).padEnd(8)} ${LEVELS[level] ?? ''}${plain(text)}${code}${link}${hint}`
}

/** `query Products { products }: 200 in 3.1 ms`, `{ viewer } 401 UNAUTHENTICATED TOKEN_EXPIRED in 0.9 ms`. */
function requestLine({ operation, operationType, rootFields, ...answer }: Entry): string {
  const fields = rootFields === undefined ? '' : `{ ${rootFields.join(' ')} }`
  const type = operation === undefined && operationType === 'query' ? '' : operationType
  const named = operation === undefined ? '' : operation
  const what = [type, named, fields].filter(Boolean).join(' ') || 'request'
  const colon = operation === undefined ? '' : ':'
  const outcome = [answer.status, answer.code, answer.reason].filter(Boolean).join(' ')
  return `${what}${colon} ${outcome} in ${answer.ms} ms`
}

function messageLine({ msg = '', subgraph, said, err }: Entry): string {
  const why = [err?.message, err?.cause?.message].filter((one) => one !== undefined)
  const words = said ?? (why.length > 0 ? why.join(': ') : undefined)
  const from = subgraph === undefined ? '' : `${subgraph}: `
  if (words !== undefined) return `${msg} (${from}${words})`
  return subgraph === undefined ? msg : `${msg} (${subgraph})`
}

/** Whatever a client or a subgraph wrote moves no cursor, colours nothing and begins no line. */
function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)}…`
}
