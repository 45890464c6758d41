// Checks that all contestants answer alike, and puts them under load one after the other.
import { deepStrictEqual } from 'node:assert'
import type { AuthStandIn } from './auth.ts'
import { type BenchCase, NEW_NAME } from './cases.ts'
import type { Contestant } from './contestants.ts'
import type { Program, RunningGateway } from './gateways.ts'
import { askOnce, runLoad } from './load.ts'
import type { BenchOptions } from './options.ts'
import { type Child, cpuMs, familyCpuMs, familyResidentMb } from './processes.ts'
import type { Measure } from './report.ts'
import { createRequests, type RequestSource } from './requests.ts'
import { startScraping } from './scrape.ts'

export const PUBLIC_URL = 'https://bench.example'
const IDLE_MS = 500

export interface Bench {
  readonly options: BenchOptions
  readonly chosen: readonly Contestant[]
  readonly operations: readonly BenchCase[]
  readonly subgraphs: Child
  readonly auth: AuthStandIn
  readonly gateways: ReadonlyMap<Program, RunningGateway>
}

/** Nobody is measured who answers something else. */
export async function checkAnswers(bench: Bench): Promise<void> {
  for (const operation of bench.operations) {
    let expected: unknown
    const able = bench.chosen.filter((contestant) => canAnswer(contestant, operation))
    for (const contestant of able) {
      const request = requestsOf(bench, { contestant, operation, firstShape: 0 })
      for (const turn of [0, 1, 2]) {
        const { status, body } = await askOnce(portOf(bench, contestant), request(turn))
        const known = body.replaceAll(NEW_NAME, 'new')
        const { data, errors } = JSON.parse(known) as { data?: unknown; errors?: unknown }
        const isGood = status === 200 && errors === undefined && data !== undefined
        if (!isGood) throw new Error(`${contestant.name}, ${operation.name}: ${status} ${body}`)
        if (turn > 0) continue
        expected ??= data
        deepStrictEqual(data, expected, `${contestant.name} answers ${operation.name} otherwise`)
      }
    }
    const { length } = JSON.stringify({ data: expected })
    console.log(`${operation.name}: all ${able.length} answer alike, ${length} bytes`)
  }
}

/** @param first number of its first repeat */
export async function measureAll(bench: Bench, first = 0): Promise<Measure[]> {
  const { options, chosen, operations } = bench
  const measures: Measure[] = []
  for (let repeat = first; repeat < first + options.repeats; repeat += 1) {
    for (const operation of operations) {
      for (const contestant of chosen.filter((one) => canAnswer(one, operation))) {
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
  const { child, adminPort } = gatewayOf(bench, contestant)
  const { pid } = child
  const load = {
    port: portOf(bench, contestant),
    connections: options.connections,
    request: requestsOf(bench, { contestant, operation }),
  }
  await new Promise((done) => setTimeout(done, IDLE_MS))
  await runLoad({ ...load, ms: options.warmUpSeconds * 1000 })
  const fetchesBefore = await subgraphs.ask<number>('count')
  const cpuBefore = familyCpuMs(pid)
  const loadCpuBefore = cpuMs(process.pid) + cpuMs(subgraphs.pid)
  const stopScraping = contestant.isScraped ? startScraping(adminPort ?? 0) : null
  const result = await runLoad({ ...load, ms: options.seconds * 1000 })
  await stopScraping?.()
  const cpu = familyCpuMs(pid) - cpuBefore
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
    residentMb: familyResidentMb(pid),
    fetchesPerRequest: fetches / result.requests,
    gatewayCore: cpu / 1000 / result.seconds,
    loadCore: loadCpu / 1000 / result.seconds,
  }
}

function requestsOf(
  { auth }: Bench,
  of: { contestant: Contestant; operation: BenchCase; firstShape?: number },
): RequestSource {
  const { credential } = of.contestant
  return createRequests({ ...of, credential, users: auth.users, publicUrl: PUBLIC_URL })
}

function gatewayOf({ gateways }: Bench, { program }: Contestant): RunningGateway {
  const running = gateways.get(program)
  if (running === undefined) throw new Error(`${program} was not started`)
  return running
}

function portOf(bench: Bench, contestant: Contestant): number {
  return gatewayOf(bench, contestant).port
}

/** What was recorded answers no document that is new. */
function canAnswer({ program }: Contestant, { isNew = false }: BenchCase): boolean {
  return !program.startsWith('limit') || !isNew
}
