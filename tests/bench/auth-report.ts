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

/** The window in the middle, with the slowest and the fastest. */
export function tableOf(windows: readonly Window[]): string {
  const names = [...new Set(windows.map(({ question }) => question))]
  const rows = names.map((name) => {
    const own = windows
      .filter(({ question }) => question === name)
      .sort((one, other) => one.perSecond - other.perSecond)
    const [slowest, middle, fastest] = [own[0], own[own.length >> 1], own.at(-1)]
    if (!slowest || !middle || !fastest) throw new Error(`${name} was not measured`)
    const cells = [
      name,
      `${middle.perSecond.toFixed(1)} (${slowest.perSecond.toFixed(1)} to ${fastest.perSecond.toFixed(1)})`,
      middle.cpuMsPerRequest.toFixed(2),
      middle.p50Ms.toFixed(1),
      middle.p99Ms.toFixed(1),
      middle.residentMb.toFixed(0),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const header =
    '| question | a second: median (lowest to highest) | CPU ms | p50 ms | p99 ms | memory MB |'
  return [header, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n')
}

export async function describeRun(
  { databaseUrl, passwordHash }: AuthWorld,
  options: AuthBenchOptions,
): Promise<string> {
  const model = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  const { rows } = await withClient(databaseUrl, (client) => client.query('show server_version'))
  const hashMs = Math.min(...Array.from({ length: 9 }, () => hashOnce(passwordHash)))
  const cores = availableParallelism()
  const threads = Math.max(1, Math.floor(cores / 2))
  return [
    `Node ${process.version}, PostgreSQL ${rows[0]?.server_version}, ${cores} cores of ${model}:`,
    `${options.repeats} windows of ${options.seconds} s, ${options.connections} connections, ${options.sessions} sessions.`,
    `A hash takes ${hashMs.toFixed(0)} ms of CPU: ${threads} password thread(s) can do ${((threads * 1000) / hashMs).toFixed(1)} a second, all cores ${((cores * 1000) / hashMs).toFixed(1)}.`,
  ].join('\n')
}

/** Milliseconds of CPU: others on the machine count for less. */
function hashOnce(hash: string): number {
  const before = process.cpuUsage()
  bcrypt.compareSync('no password', hash)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
