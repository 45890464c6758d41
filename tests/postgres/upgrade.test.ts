// A rolling upgrade as docs/operators.md has it: the earlier version beside this one on one database, under load, and back again.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { migrationNames } from '../../migrations/index.ts'
import { createTestDatabase } from '../database.ts'
import { expectNothingHalf, startWork } from './acknowledged-work.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import { EARLIER, unpackEarlierVersion } from './earlier-version.ts'
import type { Tree } from './processes.ts'

const WORKERS = 4
/** While both versions stand side by side. */
const TOGETHER_MS = 4_000
/** What an instance that is replaced may answer: keep the session, try again. */
const AWAY = ['NETWORK', 'SERVICE_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']

let earlier: ReturnType<typeof unpackEarlierVersion>
let tree: Tree
let deployment: Deployment

// A world of its own for each try: the first one leaves none.
beforeEach(async () => {
  earlier = unpackEarlierVersion()
  tree = { folder: earlier.folder, isBuilt: false }
  deployment = await startDeployment({ tree, database: await createTestDatabase('empty') })
})
afterEach(async () => {
  await deployment?.stop()
  earlier?.remove()
})

const schema = (): Promise<string[]> => deployment.db('auth_migrations').orderBy('id').pluck('name')
const here: Tree = { folder: process.cwd(), isBuilt: false }

test('auth, then the gateways, one instance at a time: nothing that was answered is lost, and the way back is open', async () => {
  expect((await schema()).at(-1)).toBe(EARLIER.migration)
  expect(migrationNames.length).toBeGreaterThan((await schema()).length)
  const work = startWork(deployment, WORKERS)
  onTestFinished(() => work.stop())
  await sleep(TOGETHER_MS)

  const replaceAuth = async (index: number, by: Tree) => {
    await deployment.auth(index).end('SIGTERM')
    await deployment.startAuth(index, by)
    await sleep(TOGETHER_MS)
  }
  const replaceGateway = async (index: number, by: Tree) => {
    await deployment.gateway(index).end('SIGTERM')
    await deployment.startGateway(index, by)
    await sleep(TOGETHER_MS)
  }
  await replaceAuth(0, here)
  expect(await schema()).toEqual(migrationNames)
  // Somebody thinks again: the earlier version starts on the newer schema.
  await replaceAuth(0, tree)
  await replaceAuth(0, here)
  await replaceAuth(1, here)
  await replaceGateway(0, here)
  await replaceGateway(1, here)

  await work.stop()
  console.log(work.summary())
  expect([...work.codes.keys()].filter((code) => !AWAY.includes(code))).toEqual([])
  await work.expectNothingLost()
  await expectNothingHalf(deployment.db)
}, 240_000)
