// Case 183: kill -9 of auth at random moments under load. Every answer that was given stays true, and nothing is half done.
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNothingHalf, startWork } from '../postgres/acknowledged-work.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'

const KILLS = Number(process.env.KILLS || 100)
const WORKERS = 6

let deployment: Deployment

beforeAll(async () => {
  deployment = await startDeployment()
})
afterAll(async () => {
  await deployment?.stop()
})

test(`${KILLS} kills: nothing that was answered is lost, nothing is half there`, async () => {
  const work = startWork(deployment, WORKERS)
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(randomInt(50, 1_500))
    const victim = kill % 2
    await deployment.auth(victim).end('SIGKILL')
    await deployment.startAuth(victim)
  }
  await work.stop()
  console.log(work.summary())
  // None may tell somebody to log in again.
  expect(work.codes.has('INVALID_REFRESH_TOKEN')).toBe(false)
  expect(work.codes.has('SESSION_REVOKED')).toBe(false)
  await work.expectNothingLost()
  await expectNothingHalf(deployment.db)
})
