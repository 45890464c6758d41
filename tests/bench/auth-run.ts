// The benchmark of auth: a million sessions in PostgreSQL, the plan of every statement, then load. docs/performance.md has the numbers.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '../../migrations/index.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { freePort } from '../free-ports.ts'
import { letAppsIn } from './auth-apps.ts'
import { type CrowdSize, fillCrowd } from './auth-crowd.ts'
import { createAuthDoor } from './auth-door.ts'
import { askFor, createQuestions, type Question } from './auth-load.ts'
import { type AuthBenchOptions, readAuthOptions } from './auth-options.ts'
import { describePages } from './auth-pages.ts'
import { describeRun, printPlans, tableOf, type Window } from './auth-report.ts'
import { walk } from './auth-walk.ts'
import { type AuthWorld, createAuthWorld, withClient } from './auth-world.ts'
import { buildSallyport } from './gateways.ts'
import { type Child, cpuMs, residentMb, startProcess } from './processes.ts'

const WARM_UP_MS = 1_000
const root = resolve(import.meta.dirname, '../..')

const options = readAuthOptions(process.argv.slice(2))
const server = process.env.DATABASE_URL
if (!server) throw new Error('DATABASE_URL: a PostgreSQL server where a database may be made')
buildSallyport()
const world = await createAuthWorld(server)
try {
  const size = await fill(world, options)
  const { plans, bad } = await walk(world, size)
  printPlans(plans)
  const command = `DATABASE_URL=… npm run bench:auth -- ${commandOf(process.argv.slice(2))}`
  const pages = await describePages({ world, size, plans, command })
  console.log(`\n${pages}`)
  if (options.results) writeFileSync(options.results, pages)
  const windows = await measureAll(world, size)
  console.log(`\n${await describeRun(world, options)}\n\n${tableOf(windows)}\n`)
  if (options.json) writeFileSync(options.json, JSON.stringify({ plans, bad, windows }, null, 1))
  if (bad.length > 0) console.error(`Plans that will not stay quick:\n${bad.join('\n')}`)
  process.exitCode = bad.length > 0 ? 1 : 0
} finally {
  await world.stop()
}

async function fill(
  { databaseUrl, passwordHash, secretHash }: AuthWorld,
  { sessions, users }: AuthBenchOptions,
): Promise<CrowdSize> {
  const { db, stop } = connectPostgres(databaseUrl, 2)
  await migrate(db)
  await stop()
  const startedAt = performance.now()
  const size = await withClient(databaseUrl, (client) =>
    fillCrowd(client, { sessions, users, passwordHash, secretHash }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${sessions} sessions of ${users} users, ${size.apiKeys} keys: ${seconds.toFixed(0)} s`,
  )
  return size
}

async function measureAll(world: AuthWorld, size: CrowdSize): Promise<Window[]> {
  const port = await freePort()
  const child = startProcess({
    name: 'auth',
    // Its password threads need the other cores.
    core: null,
    cwd: root,
    args: ['--max-semi-space-size=64', 'dist/subgraphs/auth/main.js'],
    env: { ...world.env, AUTH_PORT: String(port) },
  })
  const url = `http://127.0.0.1:${port}`
  const door = createAuthDoor(url, world, options.connections)
  try {
    await Promise.race([untilReady(url), child.ended])
    const questions = createQuestions(door, size, await letAppsIn(world, size)).filter(({ name }) =>
      name.startsWith(options.only ?? ''),
    )
    const windows: Window[] = []
    for (let repeat = 0; repeat < options.repeats; repeat += 1) {
      for (const question of questions) {
        const window = await measure(question, child)
        windows.push(window)
        console.log(`${repeat} ${question.name.padEnd(14)} ${window.perSecond.toFixed(1)}/s`)
      }
    }
    return windows
  } finally {
    await door.stop()
    await child.stop()
  }
}

async function measure(question: Question, { pid, ended }: Child): Promise<Window> {
  const connections = Math.ceil(options.connections * (question.share ?? 1))
  await Promise.race([askFor(question, { ms: WARM_UP_MS, connections }), ended])
  const cpuBefore = cpuMs(pid)
  const load = askFor(question, { ms: options.seconds * 1000, connections })
  const { count, seconds, p50Ms, p99Ms } = await Promise.race([load, ended])
  return {
    question: question.name,
    perSecond: count / seconds,
    cpuMsPerRequest: (cpuMs(pid) - cpuBefore) / count,
    p50Ms,
    p99Ms,
    residentMb: residentMb(pid),
  }
}

async function untilReady(url: string): Promise<void> {
  for (let waited = 0; waited < 40_000; waited += 100) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error('auth did not get ready')
}

/** Where the result goes says nothing of it. */
function commandOf(args: readonly string[]): string {
  const isFile = (arg: string | undefined) => arg === '--results' || arg === '--json'
  return args.filter((arg, index) => !isFile(arg) && !isFile(args[index - 1])).join(' ')
}
