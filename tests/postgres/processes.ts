// Auth instances and gateways as processes of their own, so that they can be killed and stopped like real ones.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Part {
  readonly url: string
  readonly process: ChildProcess
  /** What it printed, for a test that fails. */
  output(): string
  /** Sends the signal and waits for the end. @returns the exit code, null after a kill */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** Where a part is started from: as built, or from the source. */
export interface Tree {
  readonly folder: string
  readonly isBuilt: boolean
}

const FROM_SOURCE = ['--import', './scripts/run-typescript.js', '--conditions=sallyport-source']
const THIS: Tree = { folder: process.cwd(), isBuilt: false }

/** Starts `<part>/main.ts` and waits until it says that it is live. */
export async function startPart(
  part: 'gateway' | 'subgraphs/auth' | 'subgraphs/reviews',
  env: Readonly<Record<string, string>>,
  port: number,
  { folder, isBuilt }: Tree = THIS,
): Promise<Part> {
  const child = spawn(
    process.execPath,
    isBuilt ? [`dist/${part}/main.js`] : [...FROM_SOURCE, `${part}/main.ts`],
    {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const printed: string[] = []
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  try {
    await waitUntilLive(url, child, () => printed.join(''))
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    url,
    process: child,
    output: () => printed.join(''),
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await exited
      return child.exitCode
    },
  }
}

async function waitUntilLive(
  url: string,
  child: ChildProcess,
  output: () => string,
): Promise<void> {
  for (let waited = 0; waited < 90_000; waited += 100) {
    if (child.exitCode !== null) throw new Error(`${url} ended at its start:\n${output()}`)
    const answer = await fetch(`${url}/health/live`).catch(() => null)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error(`${url} did not start:\n${output()}`)
}

export async function waitUntilReady(url: string): Promise<void> {
  for (let waited = 0; waited < 90_000; waited += 100) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error(`${url} did not get ready`)
}
