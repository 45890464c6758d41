// What the benchmark of auth prints: plans by what was asked, a table of the windows, and the machine that it ran on.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import bcrypt from 'bcrypt'
import type { AuthBenchOptions } from './auth-options.ts'
import { formatPlan, type Plan } from './auth-plans.ts'
import { type AuthWorld, withClient } from './auth-world.ts'

/** One window of load. */
export interface Window {
  readonly question: string
  readonly perSecond: number
  readonly cpuMsPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly residentMb: number
}

export function printPlans(plans: readonly Plan[]): void {
  for (const step of new Set(plans.map((plan) => plan.step))) {
    const own = plans.filter((plan) => plan.step === step)
    console.log(`\n${step}\n${own.map(formatPlan).join('\n')}`)
  }
}

export function tableOf(windows: readonly Window[]): string {
  const names = [...new Set(windows.map(({ question }) => question))]
  const rows = names.map((name) => {
    const own = windows.filter(({ question }) => question === name)
    const rates = own.map(({ perSecond }) => perSecond)
    const middle = (of: (window: Window) => number, digits: number) =>
      median(own.map(of)).toFixed(digits)
    return `| ${name} | ${middle((one) => one.perSecond, 1)} (${Math.min(...rates).toFixed(1)} to ${Math.max(...rates).toFixed(1)}) | ${middle((one) => one.cpuMsPerRequest, 2)} | ${middle((one) => one.p50Ms, 1)} | ${middle((one) => one.p99Ms, 1)} | ${middle((one) => one.residentMb, 0)} |`
  })
  const header = '| question | a second (min to max) | CPU ms | p50 ms | p99 ms | memory MB |'
  return [header, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n')
}

export async function describeRun(
  { databaseUrl, passwordHash }: AuthWorld,
  options: AuthBenchOptions,
): Promise<string> {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  const { rows } = await withClient(databaseUrl, (client) => client.query('show server_version'))
  const hashes = Array.from({ length: 7 }, () => {
    const startedAt = performance.now()
    bcrypt.compareSync('no password', passwordHash)
    return performance.now() - startedAt
  })
  const cores = availableParallelism()
  const threads = Math.max(1, Math.floor(cores / 2))
  const hashMs = median(hashes)
  return [
    `Node ${process.version}, PostgreSQL ${rows[0]?.server_version}, ${cores} cores of ${model}:`,
    `${options.repeats} windows of ${options.seconds} s, ${options.connections} connections, ${options.sessions} sessions.`,
    `A hash takes ${hashMs.toFixed(0)} ms: ${threads} password thread(s) can do ${((threads * 1000) / hashMs).toFixed(1)} a second, all cores ${((cores * 1000) / hashMs).toFixed(1)}.`,
  ].join('\n')
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
