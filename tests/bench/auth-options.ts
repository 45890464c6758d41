// The flags of the benchmark of auth.
import { parseArgs } from 'node:util'

export interface AuthBenchOptions {
  readonly seconds: number
  readonly repeats: number
  /** In the database; users, keys and the rest are in proportion. */
  readonly sessions: number
  /** Requests under way at a time; logins have an eighth of them. */
  readonly connections: number
  /** Where the whole result goes as JSON; null: nowhere. */
  readonly json: string | null
}

const usage = `DATABASE_URL=postgresql://… npm run bench:auth -- [flags]

  --sessions <n>      sessions in the database (1000000)
  --seconds <n>       length of a window (5)
  --repeats <n>       windows of each question, interleaved (3)
  --connections <n>   requests under way at a time (32)
  --json <file>       the whole result
  --quick             100000 sessions, one window of 2 s each

The role of DATABASE_URL must be a superuser: the plans are auto_explain's.
`

/** Reads the flags; prints the usage and exits when they are wrong or ask for help. */
export function readAuthOptions(args: readonly string[]): AuthBenchOptions {
  const values = parseOrExit(args)
  const isQuick = values.quick === true
  return {
    seconds: Number(values.seconds ?? (isQuick ? 2 : 5)),
    repeats: Number(values.repeats ?? (isQuick ? 1 : 3)),
    sessions: Number(values.sessions ?? (isQuick ? 100_000 : 1_000_000)),
    connections: Number(values.connections ?? 32),
    json: values.json ?? null,
  }
}

function parseOrExit(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sessions: text,
        seconds: text,
        repeats: text,
        connections: text,
        json: text,
        quick: flag,
        help: flag,
      },
    })
    if (values.help !== true) return values
    process.stdout.write(usage)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`)
    process.exit(1)
  }
}
