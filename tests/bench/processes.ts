// Child processes of the benchmark: pinned to a core, asked over IPC, measured through /proc.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface StartOptions {
  readonly name: string
  /** Default: the node that runs this. */
  readonly program?: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The one core it may use; null: any. */
  readonly core: number | null
  /** Where its CPU profile goes when it ends; null: none is made. */
  readonly profiles?: string | null
}

export interface Child {
  readonly pid: number
  /** As `performance.now()` has it. */
  readonly startedAt: number
  /** What it sent first over IPC. */
  firstMessage<T>(): Promise<T>
  ask<T>(question: unknown): Promise<T>
  /** Rejects when it ends by itself. */
  readonly ended: Promise<never>
  stop(): Promise<void>
}

/** Starts a program with these arguments; what it printed last is shown when it fails. */
export function startProcess(options: StartOptions): Child {
  const { name, program = process.execPath, args, env, cwd, core, profiles = null } = options
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const profiled = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
  const [file = '', ...rest] = [...pinned, program, ...profiled, ...args]
  const startedAt = performance.now()
  const child = spawn(file, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  const first = new Promise<unknown>((resolve) => child.once('message', resolve))
  const ended = failure(child, name)
  ended.catch(() => undefined)

  return {
    pid: child.pid ?? 0,
    startedAt,
    ended,
    firstMessage: async <T>() => (await Promise.race([first, ended])) as T,
    async ask<T>(question: unknown) {
      const answer = new Promise((resolve) => child.once('message', resolve))
      child.send(question as object)
      return (await Promise.race([answer, ended])) as T
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      // Our own programs end with their IPC channel, the others on a signal.
      if (child.connected) child.disconnect()
      const signals = [
        setTimeout(() => child.kill('SIGTERM'), 300),
        setTimeout(() => child.kill('SIGKILL'), 6000),
      ]
      await gone
      for (const signal of signals) clearTimeout(signal)
    },
  }
}

function failure(child: ChildProcess, name: string): Promise<never> {
  let printed = ''
  // Sallyport's log, with its reason for a start that failed, goes to stdout.
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      printed = `${printed}${chunk}`.slice(-4000)
    })
  }
  return new Promise((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${printed}`)))
  })
}

/** Pins this very process, load generator included. */
export function pinSelf(core: number): void {
  execFileSync('taskset', ['-a', '-p', '-c', String(core), String(process.pid)])
}

/** CPU time so far of a process and of those that it started: Hive's planner has one of its own. In milliseconds. */
export function familyCpuMs(pid: number): number {
  return familyOf(pid).reduce((sum, one) => sum + cpuMs(one), 0)
}

/** Resident memory of the same processes, in MB: what they share is counted for each. */
export function familyResidentMb(pid: number): number {
  return familyOf(pid).reduce((sum, one) => sum + residentMb(one), 0)
}

function familyOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

/** CPU time of a process and its threads so far, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // utime and stime, fields 14 and 15 of proc(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Resident memory, in MB. */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) / 1024
}
