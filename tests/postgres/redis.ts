// A redis-server of a test's own, on a free port: Debian's package `redis-server` brings it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePorts } from '../free-ports.ts'

export interface RedisServer {
  readonly url: string
  /** Stops answering, and keeps its connections: slow rather than away. */
  freeze(): void
  thaw(): void
  flush(): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(port?: number): Promise<RedisServer> {
  const [free = 0] = port === undefined ? await freePorts(1) : [port]
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-redis-'))
  const child = spawn(
    'redis-server',
    ['--port', String(free), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    { stdio: 'ignore' },
  )
  const url = `redis://127.0.0.1:${free}`
  await answers(url, child)
  return {
    url,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    flush: async () => {
      const redis = new Redis(url)
      await redis.flushall()
      redis.disconnect()
    },
    stop: async () => {
      if (child.signalCode !== null || child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => {
      reject(
        new Error('redis-server cannot be started: install it (apt-get install redis-server)', {
          cause,
        }),
      )
    })
  })
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  await Promise.race([redis.ping(), failed]).finally(() => redis.disconnect())
}
