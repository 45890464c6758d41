// The plans of what auth really runs, as PostgreSQL's auto_explain tells them: nothing is copied by hand, so nothing drifts.
import type { Knex } from 'knex'
import type pg from 'pg'
import { connectPostgres, type Database } from '../../subgraphs/auth/core/database.ts'

export interface Plan {
  /** What was asked when this statement was first seen. */
  readonly step: string
  readonly statement: string
  readonly ms: number
  /** Pages of 8 KB that were looked at, wherever they were: what does not depend on the machine. */
  readonly pages: number
  readonly scans: readonly Scan[]
}

export interface Scan {
  /** As `Index Scan`. */
  readonly kind: string
  readonly table: string
  readonly index: string | null
  /** Rows that were looked at, those that a filter took away included. */
  readonly rows: number
}

export interface PlanWatch {
  /** For auth to run on. */
  readonly database: Database
  /** From now on, statements not seen before belong to this step. */
  begin(step: string): void
  /** The plan of each statement that looked at most so far, in the order in which they were first seen. */
  readonly plans: () => readonly Plan[]
}

/** Tables smaller than this may be read as a whole. */
const LARGE_ROWS = 10_000
/** A thousand sessions by their keys are 7,000; a statement that looks at more grows with the tables. */
const MAX_PAGES = 10_000
/** More than any answer holds; a statement that looks at more will not stay quick. */
const MAX_ROWS_READ = 6_000

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_level': 'notice',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_format': 'json',
  // What triggers and references do counts as well.
  'auto_explain.log_nested_statements': 'on',
}

/** @param url of a role that may load auto_explain: a superuser */
export function watchPlans(url: string): PlanWatch {
  const watched = new URL(url)
  const flags = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`)
  watched.searchParams.set('options', flags.join(' '))
  const database = connectPostgres(watched.href, 10)
  const found = new Map<string, Plan>()
  let step = ''
  poolOf(database.db).on('createSuccess', (_, client) => {
    client.on('notice', ({ message = '' }) => {
      const plan = readPlan(message, step)
      if (plan === null) return
      const before = found.get(plan.statement)
      if (before === undefined || before.pages < plan.pages) {
        found.set(plan.statement, { ...plan, step: before?.step ?? plan.step })
      }
    })
  })
  return {
    database,
    begin: (next) => {
      step = next
    },
    plans: () => [...found.values()],
  }
}

/** What is wrong with the plans: large tables read as a whole, or far more rows than an answer needs. */
export async function findBadPlans(db: Knex, plans: readonly Plan[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    'select relname as name from pg_class where reltuples >= ?',
    [LARGE_ROWS],
  )
  const large = new Set(rows.map(({ name }) => name))
  if (large.size === 0) throw new Error('no table is large: plans would prove nothing')
  return plans.flatMap(({ step, statement, pages, scans }) => {
    const bad = scans.filter(({ kind, table, rows: read }) => {
      return large.has(table) && (kind.includes('Seq Scan') || read > MAX_ROWS_READ)
    })
    return [
      ...bad.map((scan) => `${step}: ${formatScan(scan)}\n    ${statement}`),
      ...(pages > MAX_PAGES ? [`${step}: ${pages} pages\n    ${statement}`] : []),
    ]
  })
}

export function formatPlan({ statement, ms, pages, scans }: Plan): string {
  const read = scans.length === 0 ? 'no table is read' : scans.map(formatScan).join('; ')
  const text = statement.length > 110 ? `${statement.slice(0, 107)}...` : statement
  return `  ${text}\n      ${ms.toFixed(2)} ms, ${pages} pages: ${read}`
}

function formatScan({ kind, table, index, rows }: Scan): string {
  return `${kind} on ${table}${index === null ? '' : ` by ${index}`} (${rows})`
}

/** The pool of knex tells of its connections, which knex itself does not. */
function poolOf(db: Knex) {
  const { pool } = db.client as {
    pool: { on(event: 'createSuccess', listener: (id: number, client: pg.Client) => void): void }
  }
  return pool
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Shared Hit Blocks'?: number
  readonly 'Shared Read Blocks'?: number
  readonly Plans?: readonly PlanNode[]
}

function readPlan(message: string, step: string): Plan | null {
  const match = /^duration: ([\d.]+) ms {2}plan:\s*(\{[\s\S]*\})\s*$/.exec(message)
  if (match === null) return null
  const told = JSON.parse(match[2] ?? '') as { 'Query Text': string; Plan: PlanNode }
  // However many values: one statement.
  const statement = told['Query Text']
    .replace(/\s+/g, ' ')
    .replace(/\$\d+(, \$\d+)+/g, '$n …')
    .trim()
  const { Plan: top } = told
  // Of a node, those below it included.
  const pages = (top['Shared Hit Blocks'] ?? 0) + (top['Shared Read Blocks'] ?? 0)
  return { step, statement, ms: Number(match[1]), pages, scans: scansOf(top, null) }
}

/** The index of a bitmap stands below the scan of its table. */
function scansOf(node: PlanNode, above: string | null): Scan[] {
  const table = node['Relation Name'] ?? above
  const below = (node.Plans ?? []).flatMap((child) => scansOf(child, table))
  if (!node['Node Type'].endsWith('Scan') || table === null) return below
  const rows =
    (node['Actual Rows'] ?? 0) +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0)
  const own: Scan = {
    kind: node['Node Type'],
    table,
    index: node['Index Name'] ?? null,
    rows: rows * (node['Actual Loops'] ?? 1),
  }
  return [own, ...below]
}
