// Composes in a process of its own: a large graph takes seconds, in which the one that serves would answer nobody.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ComposeAnswer } from './compose-for-parent.ts'

const PROGRAM = new URL('./compose-process.js', import.meta.url)
const LONGEST_MS = 60_000

export interface ComposeApart {
  (configPath: string): Promise<ComposeAnswer>
  /** Ends the process, should there be one. */
  stop(): void
}

export function createComposeApart(env: NodeJS.ProcessEnv): ComposeApart {
  let stop = () => {}

  async function compose(configPath: string): Promise<ComposeAnswer> {
    const child = fork(PROGRAM, [configPath], { env, timeout: LONGEST_MS, killSignal: 'SIGKILL' })
    stop = () => void child.kill('SIGKILL')
    let answer: ComposeAnswer | undefined
    child.once('message', (message) => {
      answer = message as ComposeAnswer
    })
    // The channel is read to its end, which may be after the process has ended.
    const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
    stop = () => {}
    return answer ?? { problems: [`composing ended without an answer (${signal ?? code})`] }
  }

  return Object.assign(compose, { stop: () => stop() })
}
