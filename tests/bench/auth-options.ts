// The flags of the benchmark of auth.
import { parseArgs } from 'node:util'
import { crowdSize } from './auth-crowd.ts'

export interface AuthBenchOptions {
  readonly seconds: number
  readonly repeats: number
  /** In the database; users, keys and the rest are in proportion. */
  readonly sessions: number
  readonly users: number
  /** Requests under way at a time; logins have an eighth of them. */
  readonly connections: number
  /** Questions whose names begin so; null: all. */
  readonly only: string | null
  /** Where the whole result goes as JSON; null: nowhere. */
  readonly json: string | null
  /** A file for what does not depend on the machine: pages and sizes; null: they are only printed. */
  readonly results: string | null
}

const usage = `DATABASE_URL=postgresql://… npm run bench:auth -- [flags]

  --sessions <n>      sessions in the database (1000000)
  --users <n>         users that they belong to (one for each 2.5 sessions)
  --seconds <n>       length of a window (5)
  --repeats <n>       windows of each question, interleaved (3)
  --connections <n>   requests under way at a time (32)
  --only <name>       questions whose names begin so: app, program
  --json <file>       the whole result
  --results <file>    the pages that each step looks at and what the tables take, with command and machine
  --full              10 million sessions of a million users, no load: an hour and 20 GB of disk
  --quick             100000 sessions, one window of 2 s each

The role of DATABASE_URL must be a superuser: the plans are auto_explain's.
`

/** Reads the flags; prints the usage and exits when they are wrong or ask for help. */
export function readAuthOptions(args: readonly string[]): AuthBenchOptions {
  const values = parseOrExit(args)
  const preset = presetOf(values)
  const sessions = Number(values.sessions ?? preset.sessions)
  return {
    seconds: Number(values.seconds ?? preset.seconds),
    repeats: Number(values.repeats ?? preset.repeats),
    sessions,
    users: Number(values.users ?? preset.users ?? crowdSize(sessions).users),
    connections: Number(values.connections ?? 32),
    only: values.only ?? null,
    json: values.json ?? null,
    results: values.results ?? null,
  }
}

function presetOf({ quick, full }: { readonly quick?: boolean; readonly full?: boolean }) {
  if (full) return { sessions: 10_000_000, users: 1_000_000, repeats: 0, seconds: 5 }
  if (quick) return { sessions: 100_000, users: null, repeats: 1, seconds: 2 }
  return { sessions: 1_000_000, users: null, repeats: 3, seconds: 5 }
}

function parseOrExit(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sessions: text,
        users: text,
        results: text,
        full: flag,
        seconds: text,
        repeats: text,
        connections: text,
        only: text,
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
