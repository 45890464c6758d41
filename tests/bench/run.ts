// `npm run bench`: every gateway over the same graph, in one run, interleaved, each on one core. See docs/performance.md.
import { deepStrictEqual } from 'node:assert'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuthStandIn } from './auth.ts'
import { type BenchCase, cases } from './cases.ts'
import {
  buildSallyport,
  type Contestant,
  contestants,
  installPeers,
  type Program,
  type RunningGateway,
  startProgram,
  type World,
} from './gateways.ts'
import { askOnce, runLoad } from './load.ts'
import { type BenchOptions, readOptions } from './options.ts'
import { type Child, cpuMs, pinSelf, residentMb, startProcess } from './processes.ts'
import { writeRecordings } from './recording.ts'
import { type Measure, tableOf } from './report.ts'
import { createRequests, type RequestSource } from './requests.ts'

const PUBLIC_URL = 'https://bench.example'
const IDLE_MS = 500

await main(readOptions(process.argv.slice(2)))

interface Bench {
  readonly options: BenchOptions
  readonly chosen: readonly Contestant[]
  readonly operations: readonly BenchCase[]
  readonly subgraphs: Child
  readonly auth: AuthStandIn
  readonly gateways: ReadonlyMap<Program, RunningGateway>
}

async function main(options: BenchOptions): Promise<void> {
  const present = contestants.filter(
    ({ program }) => program !== 'sallyport-other' || options.other !== null,
  )
  const chosen = pick(present, options.gateways)
  const operations = pick(cases, options.cases)
  installPeers(chosen)
  buildSallyport()
  if (options.cores !== null) pinSelf(options.cores[1])
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const children: Child[] = []
  try {
    const bench = await startAll({ options, chosen, operations, folder, children })
    await checkAnswers(bench)
    const measures = await measureAll(bench)
    const names = { gateways: chosen.map(nameOf), operations: operations.map(nameOf) }
    console.log(`\n${describeRun(options)}\n\n${tableOf(measures, names)}\n`)
    if (options.json !== null) writeFileSync(options.json, JSON.stringify(measures, null, 1))
  } finally {
    await Promise.all(children.map((child) => child.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll(parts: {
  readonly options: BenchOptions
  readonly chosen: readonly Contestant[]
  readonly operations: readonly BenchCase[]
  readonly folder: string
  readonly children: Child[]
}): Promise<Bench> {
  const { options, chosen, operations, folder, children } = parts
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
    subgraphPort: auth.port,
    authPort: auth.authPort,
    publicUrl: PUBLIC_URL,
    core: options.cores?.[0] ?? null,
    profiles: options.profiles,
    other: options.other,
    recordings: join(folder, 'recordings.json'),
  }
  const gateways = new Map<Program, RunningGateway>()
  const start = async (program: Program) => {
    const running = await startProgram(program, world)
    children.push(running.child)
    gateways.set(program, running)
    return running
  }
  const programs = new Set(chosen.map(({ program }) => program))
  if (programs.has('raw')) {
    const { port } = await start('apollo')
    const { users } = auth
    await writeRecordings(world.recordings, operations, {
      port,
      subgraphs,
      requestOf: (operation) =>
        createRequests({ operation, credential: 'none', users, publicUrl: PUBLIC_URL }),
    })
  }
  for (const program of programs) {
    if (!gateways.has(program)) await start(program)
  }
  return { options, chosen, operations, subgraphs, auth, gateways }
}

/** Nobody is measured who answers something else. */
async function checkAnswers(bench: Bench): Promise<void> {
  for (const operation of bench.operations) {
    let expected: unknown
    for (const contestant of bench.chosen) {
      const request = requestsOf(bench, contestant, operation)
      for (const turn of [0, 1, 2]) {
        const { status, body } = await askOnce(portOf(bench, contestant), request(turn))
        const { data, errors } = JSON.parse(body) as { data?: unknown; errors?: unknown }
        const isGood = status === 200 && errors === undefined && data !== undefined
        if (!isGood) throw new Error(`${contestant.name}, ${operation.name}: ${status} ${body}`)
        if (turn > 0) continue
        expected ??= data
        deepStrictEqual(data, expected, `${contestant.name} answers ${operation.name} otherwise`)
      }
    }
    const { length } = JSON.stringify({ data: expected })
    console.log(`${operation.name}: all ${bench.chosen.length} answer alike, ${length} bytes`)
  }
}

async function measureAll(bench: Bench): Promise<Measure[]> {
  const { options, chosen, operations } = bench
  const measures: Measure[] = []
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    for (const operation of operations) {
      for (const contestant of chosen) {
        const measure = await measureWindow(bench, { contestant, operation, repeat })
        measures.push(measure)
        const { perSecond, cpuMsPerRequest, loadCore } = measure
        console.log(
          `${repeat} ${operation.name.padEnd(9)} ${contestant.name.padEnd(20)}`,
          `${perSecond.toFixed(0)}/s, ${cpuMsPerRequest.toFixed(3)} ms CPU,`,
          `load core ${(100 * loadCore).toFixed(0)} %`,
        )
      }
    }
  }
  return measures
}

async function measureWindow(
  bench: Bench,
  {
    contestant,
    operation,
    repeat,
  }: { contestant: Contestant; operation: BenchCase; repeat: number },
): Promise<Measure> {
  const { options, subgraphs } = bench
  const { pid } = gatewayOf(bench, contestant).child
  const load = {
    port: portOf(bench, contestant),
    connections: options.connections,
    request: requestsOf(bench, contestant, operation),
  }
  await new Promise((done) => setTimeout(done, IDLE_MS))
  await runLoad({ ...load, ms: options.warmUpSeconds * 1000 })
  const fetchesBefore = await subgraphs.ask<number>('count')
  const cpuBefore = cpuMs(pid)
  const loadCpuBefore = cpuMs(process.pid) + cpuMs(subgraphs.pid)
  const result = await runLoad({ ...load, ms: options.seconds * 1000 })
  const cpu = cpuMs(pid) - cpuBefore
  const loadCpu = cpuMs(process.pid) + cpuMs(subgraphs.pid) - loadCpuBefore
  const fetches = (await subgraphs.ask<number>('count')) - fetchesBefore
  if (result.failures > 0) {
    throw new Error(`${contestant.name}, ${operation.name}: ${result.failures} failures under load`)
  }
  return {
    gateway: contestant.name,
    operation: operation.name,
    repeat,
    perSecond: result.requests / result.seconds,
    cpuMsPerRequest: cpu / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    residentMb: residentMb(pid),
    fetchesPerRequest: fetches / result.requests,
    gatewayCore: cpu / 1000 / result.seconds,
    loadCore: loadCpu / 1000 / result.seconds,
  }
}

function requestsOf(bench: Bench, contestant: Contestant, operation: BenchCase): RequestSource {
  const { credential } = contestant
  return createRequests({ operation, credential, users: bench.auth.users, publicUrl: PUBLIC_URL })
}

function gatewayOf({ gateways }: Bench, { program }: Contestant): RunningGateway {
  const running = gateways.get(program)
  if (running === undefined) throw new Error(`${program} was not started`)
  return running
}

function portOf(bench: Bench, contestant: Contestant): number {
  return gatewayOf(bench, contestant).port
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

function describeRun({ seconds, repeats, connections }: BenchOptions): string {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  return `Node ${process.version} on ${model}: ${repeats} windows of ${seconds} s, ${connections} connections, 64 users.`
}
