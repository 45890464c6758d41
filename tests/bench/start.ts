// `npm run bench:start`: how long gateways take until they are ready, with four subgraphs and with forty, and how long the loading
// of forty holds the event loop. See docs/performance.md.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AuthStandIn } from './auth.ts'
import { contestants } from './contestants.ts'
import { buildSallyport, installPeers, type Program, startProgram, type World } from './gateways.ts'
import { sdlOf, subgraphNames } from './graph/sdl.ts'
import { wideGraph } from './graph/wide.ts'
import { describeRun } from './machine.ts'
import { findNode24 } from './node-24.ts'
import { familyCpuMs, familyResidentMb, startProcess } from './processes.ts'
import { median } from './report.ts'
import { type BenchGraph, writeSupergraph } from './supergraphs.ts'

const PUBLIC_URL = 'https://bench.example'
const PROGRAMS = ['apollo', 'sallyport', 'sallyport-apollo'] as const satisfies readonly Program[]
const MANY = 40

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { node: text, repeats: text, results: text } })
const repeats = Number(values.repeats ?? 5)

interface Start {
  readonly program: Program
  readonly subgraphs: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly residentMb: number
}

await main()

async function main(): Promise<void> {
  const node = findNode24(values.node ?? null)
  const command = `npm run bench:start -- --repeats ${repeats}`
  const description = describeRun({ command, node })
  installPeers(contestants.filter(({ program }) => program === 'apollo'))
  buildSallyport()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-start-'))
  const subgraphs = startProcess({
    name: 'subgraphs',
    core: null,
    args: [
      ...['--import', 'tsx', '--conditions=sallyport-source'],
      ...[join(import.meta.dirname, 'subgraph-process.ts'), PUBLIC_URL],
    ],
  })
  try {
    const auth = await subgraphs.firstMessage<AuthStandIn & { port: number }>()
    const worldOf = (graph: BenchGraph): World => ({
      folder: join(folder, String(graph.names.length)),
      node,
      graph,
      subgraphPort: auth.port,
      authPort: auth.authPort,
      publicUrl: PUBLIC_URL,
      core: null,
      profiles: null,
      other: null,
      recordings: '',
      traceSink: null,
    })
    const graphs = [{ names: subgraphNames, sdlOf }, wideGraph(MANY)].map(worldOf)
    const starts = await startAll(graphs)
    const result = [description, tableOf(starts), loadMany(folder, node)].join('\n\n')
    console.log(result)
    if (values.results !== undefined) writeFileSync(values.results, `${result}\n`)
  } finally {
    await subgraphs.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll(worlds: readonly World[]): Promise<Start[]> {
  const starts: Start[] = []
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const world of worlds) {
      for (const program of PROGRAMS) starts.push(await measureStart(program, world))
    }
  }
  return starts
}

async function measureStart(program: Program, world: World): Promise<Start> {
  const { child, startedAt } = await startProgram(program, world)
  const wallMs = performance.now() - startedAt
  const start = { cpuMs: familyCpuMs(child.pid), residentMb: familyResidentMb(child.pid) }
  await child.stop()
  return { program, subgraphs: world.graph.names.length, wallMs, ...start }
}

function tableOf(starts: readonly Start[]): string {
  const rows = [...new Set(starts.map((one) => one.subgraphs))].flatMap((subgraphs) =>
    PROGRAMS.map((program) => {
      const of = (name: Program) =>
        starts.filter((one) => one.program === name && one.subgraphs === subgraphs)
      const middle = (name: Program, read: (one: Start) => number) => median(of(name).map(read))
      const [wall, cpu] = [
        middle(program, (one) => one.wallMs),
        middle(program, (one) => one.cpuMs),
      ]
      const cells = [
        program,
        subgraphs,
        wall.toFixed(0),
        (wall / middle('apollo', (one) => one.wallMs)).toFixed(2),
        cpu.toFixed(0),
        (cpu / middle('apollo', (one) => one.cpuMs)).toFixed(2),
        middle(program, (one) => one.residentMb).toFixed(0),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
  return [
    'Until ready, medians. CPU and memory: of the gateway and the processes that it started.',
    '',
    '| gateway | subgraphs | ms | times plain | CPU ms | times plain by CPU | memory MB |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n')
}

function loadMany(folder: string, node: string): string {
  const own = join(folder, 'load')
  writeSupergraph(own, wideGraph(MANY), { port: 1, rules: 'authenticated' })
  const program = join(import.meta.dirname, 'graph-load.ts')
  const output = execFileSync(node, ['--conditions=sallyport-source', program, own])
  return `A graph of ${MANY} subgraphs, loaded again and again by one process:\n\n${output}`
}
