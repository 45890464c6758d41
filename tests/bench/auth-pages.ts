// What a large database costs whatever machine it is on: pages that statements look at, and bytes on disk.
import { availableParallelism, loadavg } from 'node:os'
import type { CrowdSize } from './auth-crowd.ts'
import type { Plan } from './auth-plans.ts'
import { type AuthWorld, withClient } from './auth-world.ts'
import { cpuModel } from './machine.ts'

interface Pages {
  readonly world: AuthWorld
  readonly size: CrowdSize
  readonly plans: readonly Plan[]
  readonly command: string
}

interface Server {
  readonly server_version: string
  readonly shared_buffers: string
}

interface TableSize {
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly index_bytes: number
}

/** A raw result, with its command and its machine. */
export async function describePages({ world, size, plans, command }: Pages): Promise<string> {
  const { server, tables } = await withClient(world.databaseUrl, async (client) => ({
    server: (await client.query<Server>(SERVER)).rows[0],
    tables: (await client.query<TableSize>(TABLES)).rows,
  }))
  const counted = (count: number) => count.toLocaleString('en')
  const steps = [...new Set(plans.map(({ step }) => step))]
  const load = loadavg()[0]?.toFixed(0)
  return `${[
    `command: ${command}`,
    `machine: ${availableParallelism()} cores of ${cpuModel()}, Linux x64, Node ${process.version}, PostgreSQL ${server?.server_version}, shared_buffers ${server?.shared_buffers}, ${new Date().toISOString().slice(0, 10)}, load average ${load}`,
    'pages of 8 KB that statements look at, from auto_explain on the running auth; a statement belongs to the step in which it was first seen',
    '',
    `${counted(size.sessions)} sessions of ${counted(size.users)} users, ${counted(size.apiKeys)} API keys`,
    '',
    row('step', 'sum', 'largest'),
    ...steps.map((step) => {
      const own = plans.filter((plan) => plan.step === step).map(({ pages }) => pages)
      const sum = own.reduce((one, other) => one + other, 0)
      return row(step, String(sum), String(Math.max(...own)))
    }),
    '',
    row('table', 'rows', 'MB', 'of which indexes', 'bytes a row'),
    ...tables.map(({ name, rows, bytes, index_bytes: ofIndexes }) =>
      row(name, counted(rows), megabytes(bytes), megabytes(ofIndexes), (bytes / rows).toFixed(0)),
    ),
  ].join('\n')}\n`
}

const SERVER = `select current_setting('server_version') as server_version, current_setting('shared_buffers') as shared_buffers`

/** A partitioned table counts with its partitions. */
const TABLES = `
  select coalesce(inhparent::regclass, pg_class.oid::regclass)::text as name, sum(reltuples)::float as rows,
    sum(pg_total_relation_size(pg_class.oid))::float as bytes, sum(pg_indexes_size(pg_class.oid))::float as index_bytes
  from pg_class left join pg_inherits on inhrelid = pg_class.oid
  where relnamespace = 'public'::regnamespace and relkind = 'r'
  group by 1 having sum(reltuples) > 10000 order by bytes desc`

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(18)).join('')
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
