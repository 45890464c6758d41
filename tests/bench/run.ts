import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthStandIn } from './auth.ts'
import { type BenchCase, cases } from './cases.ts'
import { type Contestant, contestants } from './contestants.ts'
import {
  buildSallyport,
  installPeers,
  type Program,
  type RunningGateway,
  startProgram,
  type World,
} from './gateways.ts'
import { installGrafbase } from './grafbase.ts'
import { sdlOf, subgraphNames } from './graph/sdl.ts'
import { describeRun } from './machine.ts'
import { type Bench, checkAnswers, measureAll, PUBLIC_URL } from './measure.ts'
import { findNode24 } from './node-24.ts'
import { type BenchOptions, readOptions } from './options.ts'
import { pairsTable } from './pairs.ts'
import { type Child, pinSelf, startProcess } from './processes.ts'
import { writeRecordings } from './recording.ts'
import { type Measure, tableOf } from './report.ts'
import { createRequests } from './requests.ts'
import { startTraceSink, type TraceSink } from './trace-sink.ts'

await main(readOptions(process.argv.slice(2)))

async function main(options: BenchOptions): Promise<void> {
  const node = findNode24(options.node)
  const description = describeRun({ command: commandOf(process.argv.slice(2)), node })
  const { chosen, missing } = chooseContestants(options)
  const operations = pick(cases, options.cases)
  installPeers(chosen)
  buildSallyport()
  if (options.cores !== null) pinSelf(options.cores[1])
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const children: Child[] = []
  const isTraced = chosen.some(({ program }) => program === 'sallyport-traced')
  const traceSink = isTraced ? await startTraceSink() : null
  try {
    const measures: Measure[] = []
    for (let round = 0; round < options.rounds; round += 1) {
      const parts = { options, node, chosen, operations, folder, children, traceSink }
      const bench = await startAll(parts)
      if (round === 0) await checkAnswers(bench)
      measures.push(...(await measureAll(bench, round * options.repeats)))
      await Promise.all(children.splice(0).map((child) => child.stop()))
    }
    const names = { gateways: chosen.map(nameOf), operations: operations.map(nameOf) }
    const { against } = options
    const parts = [
      description,
      describeWindows(options),
      ...missing,
      ...(traceSink === null ? [] : [describeTraces(traceSink)]),
      ...(against === null ? [] : [pairsTable(measures, { ...names, against })]),
      tableOf(measures, names),
    ]
    const result = `${parts.join('\n\n')}\n`
    console.log(`\n${result}`)
    if (options.results !== null) writeFileSync(options.results, result)
    if (options.json !== null) writeFileSync(options.json, JSON.stringify(measures, null, 1))
  } finally {
    await Promise.all(children.map((child) => child.stop()))
    await traceSink?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Those asked for that can be had here, and what is in the way of the others. */
function chooseContestants({ other, gateways }: BenchOptions) {
  const present = contestants.filter(
    ({ program }) => program !== 'sallyport-other' || other !== null,
  )
  const chosen = pick(present, gateways).filter((one) => !one.isExtra || gateways.length > 0)
  const isNative = ({ program }: Contestant) => program === 'grafbase'
  const problem = chosen.some(isNative) ? installGrafbase() : null
  if (problem === null) return { chosen, missing: [] }
  const missing = [`grafbase cannot be installed here:\n${problem}`]
  return { chosen: chosen.filter((one) => !isNative(one)), missing }
}

async function startAll(parts: {
  readonly options: BenchOptions
  readonly node: string
  readonly chosen: readonly Contestant[]
  readonly operations: readonly BenchCase[]
  readonly folder: string
  readonly children: Child[]
  readonly traceSink: TraceSink | null
}): Promise<Bench> {
  const { options, node, chosen, operations, folder, children, traceSink } = parts
  const subgraphs = startProcess({
    name: 'subgraphs',
    core: options.cores?.[1] ?? null,
    args: [
      ...['--import', 'tsx', '--conditions=sallyport-source'],
      ...[join(import.meta.dirname, 'subgraph-process.ts'), PUBLIC_URL],
    ],
  })
  children.push(subgraphs)
  const auth = await subgraphs.firstMessage<AuthStandIn & { port: number }>()
  const world: World = {
    folder,
    node,
    graph: { names: subgraphNames, sdlOf },
    subgraphPort: auth.port,
    authPort: auth.authPort,
    publicUrl: PUBLIC_URL,
    core: options.cores?.[0] ?? null,
    profiles: options.profiles,
    other: options.other,
    recordings: join(folder, 'recordings.json'),
    traceSink: traceSink?.url ?? null,
  }
  const gateways = new Map<Program, RunningGateway>()
  const start = async (program: Program) => {
    const running = await startProgram(program, world)
    children.push(running.child)
    gateways.set(program, running)
    return running
  }
  const programs = new Set(chosen.map(({ program }) => program))
  if (programs.has('limit') || programs.has('limit-json')) {
    // The nine fetches of Apollo's plan for `big` that are left when each entity is asked for once.
    const { port } = await start('sallyport-apollo')
    const { users } = auth
    await writeRecordings(world.recordings, operations, {
      port,
      subgraphs,
      requestOf: (operation) =>
        createRequests({ operation, credential: 'bearer', users, publicUrl: PUBLIC_URL }),
    })
  }
  for (const program of programs) {
    if (!gateways.has(program)) await start(program)
  }
  return { options, chosen, operations, subgraphs, auth, gateways }
}

function pick<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  const unknown = names.filter((name) => !all.some((one) => one.name === name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}`)
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

function describeWindows({ seconds, repeats, rounds, connections }: BenchOptions): string {
  const all = rounds === 1 ? '' : `${rounds} rounds, each with new processes: `
  return `${all}${repeats} windows of ${seconds} s, ${connections} connections, 64 users. CPU and memory: of a gateway and the processes that it started.`
}

/** Traces that arrive nowhere would cost as much as none. */
function describeTraces(sink: TraceSink): string {
  if (sink.traces() === 0) throw new Error('no trace arrived')
  return `${sink.traces()} traces arrived at the collector.`
}

/** Where the result goes says nothing of it. */
function commandOf(args: readonly string[]): string {
  const flags = args.filter((_, index) => !isFileFlag(args[index]) && !isFileFlag(args[index - 1]))
  return ['npm run bench --', ...flags].join(' ')
}

function isFileFlag(arg: string | undefined): boolean {
  return ['--results', '--json', '--node', '--profiles', '--other'].includes(arg ?? '')
}
