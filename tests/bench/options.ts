// The benchmark's flags.
import { parseArgs } from 'node:util'
import { WATCHED } from './contestants.ts'

export interface BenchOptions {
  /** Contestants by name; empty: all but the extra ones. */
  readonly gateways: readonly string[]
  /** Operations by name; empty: all. */
  readonly cases: readonly string[]
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly repeats: number
  /** So often all of it is done with new processes: two of one program differ by a tenth for as long as they live. */
  readonly rounds: number
  readonly connections: number
  /** Cores of the gateway, and of load generator and subgraphs; null: not pinned. */
  readonly cores: readonly [gateway: number, load: number] | null
  /** Where the whole result goes as JSON; null: nowhere. */
  readonly json: string | null
  /** Folder for the gateways' CPU profiles; null: none. Profiling costs speed. */
  readonly profiles: string | null
  /** The node that the gateways run on; null: a Node 24 is looked for. */
  readonly node: string | null
  /** A file that the result is written to, with command and machine; null: it is only printed. */
  readonly results: string | null
  /** A built checkout of another version, to be measured beside this one; null: none. */
  readonly other: string | null
  /** A contestant that each of the others is compared with, pair by pair; null: none. */
  readonly against: string | null
}

const usage = `npm run bench -- [flags]

  --gateways <names>     of: apollo, sallyport-jwt, sallyport-key, sallyport-cookie, sallyport-anonymous, sallyport-apollo,
                         sallyport-stock, grafbase, hive-jwt, hive-rust-jwt, limit   (default: all);
                         sallyport-again, sallyport-scraped, sallyport-uncounted, sallyport-traced,
                         limit-json
  --cases <names>        of: big, me, hop, mutation, abstract, variables, new-small, new-deep, new-value, new-shape  (default: all)
  --seconds <n>          length of a window (5)
  --warm-up <n>          seconds of load before each window (2)
  --repeats <n>          windows of each gateway and case, interleaved (3)
  --rounds <n>           all of it so often, each time with new processes (1)
  --connections <n>      requests under way at a time (50)
  --cores <a,b>          core of the gateway, core of all others (0,1); none: not pinned
  --node <path>          the node that gateways run on (a Node 24 that is found)
  --results <file>       writes the result there, with command and machine
  --json <file>          every window
  --profiles <folder>    writes a CPU profile of each gateway there
  --other <folder>       a built checkout of another version takes part as sallyport-other
  --against <name>       a table of its own: each contestant's CPU beside this one's, pair by pair
  --watched              what metrics and traces cost: the extra contestants on me, hop and big, 12 repeats
  --quick                apollo, sallyport-jwt and limit on big, me and hop: one window of 2 s each
`

/** Reads the flags; prints the usage and exits when they are wrong or ask for help. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseOrExit(args)
  const preset = presetOf(values)
  return {
    gateways: list(values.gateways) ?? preset.gateways,
    cases: list(values.cases) ?? preset.cases,
    seconds: Number(values.seconds ?? preset.seconds),
    warmUpSeconds: Number(values['warm-up'] ?? 2),
    repeats: Number(values.repeats ?? preset.repeats),
    rounds: Number(values.rounds ?? 1),
    connections: Number(values.connections ?? 50),
    cores: coresOf(values.cores ?? '0,1'),
    json: values.json ?? null,
    profiles: values.profiles ?? null,
    node: values.node ?? null,
    results: values.results ?? null,
    other: values.other ?? null,
    against: values.against ?? preset.against,
  }
}

type Preset = Pick<BenchOptions, 'gateways' | 'cases' | 'seconds' | 'repeats' | 'against'>

function presetOf({ quick, watched }: { readonly quick?: boolean; watched?: boolean }): Preset {
  const cases = ['big', 'me', 'hop']
  if (watched) return { ...WATCHED, cases, seconds: 5, repeats: 12 }
  if (!quick) return { gateways: [], cases: [], seconds: 5, repeats: 3, against: null }
  const gateways = ['apollo', 'sallyport-jwt', 'limit']
  return { gateways, cases, seconds: 2, repeats: 1, against: null }
}

function parseOrExit(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const parsed = parseArgs({
      args: [...args],
      options: {
        gateways: text,
        cases: text,
        seconds: text,
        'warm-up': text,
        repeats: text,
        rounds: text,
        connections: text,
        cores: text,
        json: text,
        profiles: text,
        node: text,
        results: text,
        other: text,
        against: text,
        watched: flag,
        quick: flag,
        help: flag,
      },
    })
    if (parsed.values.help !== true) return parsed
    process.stdout.write(usage)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`)
    process.exit(1)
  }
}

function list(text: string | undefined): readonly string[] | null {
  return text === undefined ? null : text.split(',').map((item) => item.trim())
}

function coresOf(text: string): BenchOptions['cores'] {
  if (text === 'none') return null
  const [gateway = 0, load = 1] = text.split(',').map(Number)
  return [gateway, load]
}
