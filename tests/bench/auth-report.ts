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

/** What else the machine does makes a window slower, never faster: hence the fastest. */
export function tableOf(windows: readonly Window[]): string {
  const names = [...new Set(windows.map(({ question }) => question))]
  const rows = names.map((name) => {
    const own = windows.filter(({ question }) => question === name)
    const fastest = own.reduce((one, other) => (other.perSecond > one.perSecond ? other : one))
    const cells = [
      name,
      `${fastest.perSecond.toFixed(1)} (${median(own.map((one) => one.perSecond)).toFixed(1)})`,
      Math.min(...own.map((one) => one.cpuMsPerRequest)).toFixed(2),
      fastest.p50Ms.toFixed(1),
      fastest.p99Ms.toFixed(1),
      fastest.residentMb.toFixed(0),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const header =
    '| question | a second: fastest window (median) | CPU ms | p50 ms | p99 ms | memory MB |'
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

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
