// Asks a process of its own what a graph would be: one that serves answers its clients meanwhile.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Question, Verdict } from './judge.ts'

const PROGRAM = new URL('./judge-process.js', import.meta.url)
/** A graph that takes longer, or more memory, is as good as hostile. */
const LONGEST_MS = 60_000
const MEMORY_MB = 2048

export interface JudgeApart {
  (question: Question): Promise<Verdict>
  /** Ends the process, should there be one. */
  stop(): void
}

export function createJudgeApart(): JudgeApart {
  let stop = () => {}

  async function ask(question: Question): Promise<Verdict> {
    const child = fork(PROGRAM, {
      // SDL of strangers is read there: it has nothing to lose.
      env: {},
      execArgv: [`--max-old-space-size=${MEMORY_MB}`, ...runsTypeScript()],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    stop = () => void child.kill('SIGKILL')
    let verdict: Verdict | undefined
    child.once('message', (message) => {
      verdict = message as Verdict
    })
    child.send(question)
    // The channel is read to its end, which may be after the process has ended.
    const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
    stop = () => {}
    return verdict ?? { problems: [`composing ended without an answer (${signal ?? code})`] }
  }

  return Object.assign(ask, { stop: () => stop() })
}

/** In this repository the program is TypeScript; in the package nothing has to be compiled. */
function runsTypeScript(): readonly string[] {
  if (!import.meta.url.endsWith('.ts')) return []
  const loader = new URL('../../scripts/run-typescript.js', import.meta.url)
  return ['--conditions=sallyport-source', `--import=${loader.href}`]
}
