// A PostgreSQL server of a test's own, to be crashed, stopped and filled up: the shared one is everybody's.
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import type { TestDatabase } from '../database-on-server.ts'
import { freePorts } from '../free-ports.ts'

export interface Cluster {
  readonly database: TestDatabase
  /** Where it has all that is its own, and in it `data`. */
  readonly folder: string
  readonly port: number
  /** As the user that PostgreSQL runs as, with its programs on the path. */
  run(script: string): void
  start(): void
  /** `immediate` is a crash: nothing is flushed that was not flushed before. */
  stop(mode: 'fast' | 'immediate'): void
  remove(): void
}

export interface ClusterOptions {
  /** Its data lives on a file system of this size. Needs root. */
  readonly megabytes?: number
  /** Lines for postgresql.conf. */
  readonly settings?: string
}

export async function createCluster({
  megabytes,
  settings = '',
}: ClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cluster-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  if (megabytes !== undefined) {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', data])
  }
  chmodSync(folder, 0o755)
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'postgres', folder])
  const [port = 0] = await freePorts(1)
  const bin = newestBin()
  // The smallest files that PostgreSQL makes: a full disk comes soon, on purpose.
  asServer(`'${bin}/initdb' -D '${data}' -A trust -U sallyport --wal-segsize=1 -N`)
  const run = (script: string) =>
    asServer(`set -eu; PATH='${bin}':$PATH; cd '${folder}'; ${script}`)
  appendFileSync(join(data, 'postgresql.conf'), settings)
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c max_connections=100 -c min_wal_size=2MB -c max_wal_size=8MB`
  const start = () =>
    asServer(`'${bin}/pg_ctl' -D '${data}' -l '${folder}/log' -w -o '${options}' start`)
  const stop = (mode: string) => asServer(`'${bin}/pg_ctl' -D '${data}' -m ${mode} -w stop`)
  start()
  const url = `postgresql://sallyport@127.0.0.1:${port}/postgres`
  return {
    folder,
    port,
    run,
    database: { url, connect: async () => connectPostgres(url, 10), drop: async () => {} },
    start,
    stop,
    remove: () => {
      try {
        stop('immediate')
      } catch {
        // Stopped already.
      }
      if (megabytes !== undefined) execFileSync('/bin/umount', [data])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function newestBin(): string {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b))
  return `/usr/lib/postgresql/${versions.at(-1)}/bin`
}

/** PostgreSQL refuses to run as root. */
function asServer(command: string): void {
  const [program, args] =
    process.getuid?.() === 0
      ? ['su', ['postgres', '-s', '/bin/sh', '-c', command]]
      : ['sh', ['-c', command]]
  execFileSync(program as string, args as string[], { stdio: 'ignore', cwd: '/' })
}
