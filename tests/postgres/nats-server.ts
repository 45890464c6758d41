// A real nats-server with JetStream, in a folder of its own, that can be killed and started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../free-ports.ts'

export interface NatsServer {
  /** The address for a user of the permissions in docs/events.md. */
  urlOf(user: 'auth' | 'reviews'): string
  /** Nothing where it runs. */
  start(): Promise<void>
  kill(): Promise<void>
  /** Stops answering, and keeps its connections. */
  freeze(): void
  thaw(): void
  /** Kills it, and starts it again with nothing stored. */
  lose(): Promise<void>
  /** Kills it and removes what it stored. */
  drop(): Promise<void>
}

// What a URL has to escape, in both.
const PASSWORDS = { auth: 'a@uth/1', reviews: 'r:views?2' } as const

/**
 * With the users and permissions that docs/events.md recommends: more than those nobody needs.
 *
 * @throws Error when nats-server is not installed: these tests are never skipped
 */
export async function startNatsServer(): Promise<NatsServer> {
  const [port = 0] = await freePorts(1)
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-nats-'))
  const config = join(folder, 'nats.conf')
  writeFileSync(config, documentedPermissions())
  let child: ChildProcess | null = null
  const isRunning = () => child?.exitCode === null && child.signalCode === null

  async function start(): Promise<void> {
    if (isRunning()) return
    const args = ['-c', config, '-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
    child = spawn('nats-server', args, {
      env: {
        PATH: process.env.PATH ?? '',
        AUTH_PASSWORD: JSON.stringify(PASSWORDS.auth),
        REVIEWS_PASSWORD: JSON.stringify(PASSWORDS.reviews),
      },
      stdio: 'ignore',
    })
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('nats-server cannot be run: apt-get install nats-server', { cause: error })
    })
    await Promise.race([failed, untilOpen(port)])
  }

  async function kill(): Promise<void> {
    if (child === null || !isRunning()) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    urlOf: (user) => `nats://${user}:${encodeURIComponent(PASSWORDS[user])}@127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    lose: async () => {
      await kill()
      rmSync(join(folder, 'jetstream'), { recursive: true, force: true })
      await start()
    },
    drop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function documentedPermissions(): string {
  const block = /```nats\n([\s\S]+?)```/.exec(readFileSync('docs/events.md', 'utf8'))?.[1]
  if (block === undefined) throw new Error('docs/events.md has no permissions any more')
  return block
}

async function untilOpen(port: number): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await sleep(50)
  }
  throw new Error(`nats-server did not open port ${port}`)
}
