// Asks a process of its own what a graph would be: one that serves answers its clients meanwhile.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { getPriority, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Question, Verdict } from './judge.ts'

const PROGRAM = new URL('./judge-process.js', import.meta.url)
/** A graph that takes longer, or more memory, is as good as hostile. */
const LONGEST_MS = 60_000
const MEMORY_MB = { most: 2048, least: 256 }
/** Beside a gateway that keeps a processor busy it still gets a quarter of it. */
const NICER = 5
const MOST_NICE = 19

export interface JudgeApart {
  /** @param signal Ends the process: nobody wants to know any more. @throws what the signal says then */
  (question: Question, signal?: AbortSignal): Promise<Verdict>
  /** Ends the process, should there be one. */
  stop(): void
}

/** One that could not even begin, as while files of the package are replaced, is tried again. */
const PAUSES_MS = [1_000, 5_000]

/**
 * Half of what a container has, for all processes of a gateway that may compose at a time: what grows beyond the container's limit ends the
 * gateway with it, and the graph that does so could come from anybody who owns one subgraph.
 *
 * @param limitBytes of the container; 0: it has none
 */
export function memoryForComposing(limitBytes: number, processes: number): number {
  if (limitBytes === 0) return MEMORY_MB.most
  const shareMb = Math.floor(limitBytes / 2 / processes / 1024 ** 2)
  return Math.min(MEMORY_MB.most, Math.max(MEMORY_MB.least, shareMb))
}

/** @param memoryMb Of its heap. Default: 2048. */
export function createJudgeApart({ memoryMb = MEMORY_MB.most } = {}): JudgeApart {
  let stop = () => {}
  let isStopped = false

  async function judge(question: Question, signal?: AbortSignal): Promise<Verdict> {
    for (const pause of PAUSES_MS) {
      const { verdict, hasCrashed } = await ask(question, signal)
      // What takes too long, or too much memory, is ended by a signal: it would be again.
      if (!hasCrashed || isStopped) return verdict
      await sleep(pause, undefined, { signal })
    }
    return (await ask(question, signal)).verdict
  }

  async function ask(
    question: Question,
    signal?: AbortSignal,
  ): Promise<{ readonly verdict: Verdict; readonly hasCrashed: boolean }> {
    signal?.throwIfAborted()
    const child = fork(PROGRAM, {
      // SDL of strangers is read there: it has nothing to lose.
      env: {},
      execArgv: [`--max-old-space-size=${memoryMb}`, ...runsTypeScript()],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    giveWay(child.pid)
    stop = () => void child.kill('SIGKILL')
    signal?.addEventListener('abort', stop, { once: true })
    let verdict: Verdict | undefined
    child.once('message', (message) => {
      verdict = message as Verdict
    })
    child.send(question)
    // The channel is read to its end, which may be after the process has ended.
    const [[code, endedBy]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
    signal?.removeEventListener('abort', stop)
    stop = () => {}
    signal?.throwIfAborted()
    if (verdict !== undefined) return { verdict, hasCrashed: false }
    const problems = [reasonOf(endedBy, code)]
    return { verdict: { problems }, hasCrashed: endedBy === null }
  }

  function reasonOf(endedBy: NodeJS.Signals | null, code: number | null): string {
    // V8 aborts when its heap is full.
    if (endedBy === 'SIGABRT') return `composing needs more than ${memoryMb} MB of memory`
    if (endedBy === 'SIGKILL' && !isStopped)
      return `composing took longer than ${LONGEST_MS / 1000} s, or more memory than there is`
    return `composing ended without an answer (${endedBy ?? code})`
  }

  return Object.assign(judge, {
    stop() {
      isStopped = true
      stop()
    },
  })
}

/** Composing takes all of a processor for seconds: where there are few, clients come first. */
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(getPriority() + NICER, MOST_NICE))
  } catch {
    // It has ended, or the system does not let it: it composes all the same.
  }
}

/** In this repository the program is TypeScript; in the package nothing has to be compiled. */
function runsTypeScript(): readonly string[] {
  if (!import.meta.url.endsWith('.ts')) return []
  const loader = new URL('../../scripts/run-typescript.js', import.meta.url)
  return ['--conditions=sallyport-source', `--import=${loader.href}`]
}
