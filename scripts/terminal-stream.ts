// Log lines for a person at a terminal: time, part and message. The JSON stays where programs read it.
interface Entry {
  readonly level: number
  readonly time: number
  readonly part?: string
  readonly msg?: string
  readonly err?: { readonly message?: string }
  readonly status?: number
  readonly ms?: number
  readonly operation?: string
  readonly mail?: { readonly code?: string; readonly link?: string; readonly file?: string }
}

const LEVELS: Readonly<Record<number, string>> = { 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' }

export function createTerminalStream(out: NodeJS.WritableStream = process.stdout): {
  write(line: string): void
} {
  return {
    write: (line) => {
      out.write(`${describe(JSON.parse(line) as Entry)}\n`)
    },
  }
}

function describe({ level, time, part, msg, err, mail, ...request }: Entry): string {
  const clock = new Date(time).toTimeString().slice(0, 8)
  const cause = err?.message === undefined ? '' : ` (${err.message})`
  const code = mail?.code === undefined ? '' : `\n           code: ${mail.code}   in ${mail.file}`
  const link = mail?.link === undefined ? '' : `\n           link: ${mail.link}`
  const answer =
    request.status === undefined
      ? ''
      : ` ${request.operation ?? '(unnamed)'}: ${request.status} in ${request.ms} ms`
  return `${clock}  ${(part ?? '').padEnd(8)} ${LEVELS[level] ?? ''}${msg ?? ''}${answer}${cause}${code}${link}`
}
