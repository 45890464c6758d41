// A real nats-server with JetStream and no users, in a folder of its own, that can be killed and started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-ports.ts'

/** @throws Error when nats-server is not installed: these tests are never skipped */
export async function startNatsAlone() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-nats-alone-'))
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
    child = spawn('nats-server', args, { env: { PATH: process.env.PATH ?? '' }, stdio: 'ignore' })
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('nats-server cannot be run: apt-get install nats-server', { cause: error })
    })
    await Promise.race([failed, untilOpen(port)])
  }

  async function kill(): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    start,
    kill,
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await sleep(50)
  }
  throw new Error('nats-server does not listen')
}
