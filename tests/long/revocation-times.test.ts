// How long after its logout a session is still let in, at the gateway of another instance: never longer than a second.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, type Person, registerPerson, viewerOf } from '../people.ts'

const LOGOUTS = 50
const BOUND_MS = 1_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ auths: 2, gateways: 2 })
})
afterAll(async () => {
  await stack?.stop()
})

test(`${LOGOUTS} logouts at one instance are each refused at the other within ${BOUND_MS} ms`, async () => {
  const times: number[] = []
  for (let count = 0; count < LOGOUTS; count += 1) times.push(await timeToRefusal(await known()))
  expect(Math.max(...times)).toBeLessThan(BOUND_MS)
})

/** Somebody whose token the second gateway has let in. */
async function known(): Promise<Person> {
  const person = await registerPerson(stack)
  expect((await viewerOf(stack.clientOf(1), person.accessToken)).status).toBe(200)
  return person
}

async function timeToRefusal(person: Person): Promise<number> {
  expect((await stack.clientOf(0).send(LOGOUT, {}, person.headers)).errors).toEqual([])
  const start = performance.now()
  for (;;) {
    const { status } = await viewerOf(stack.clientOf(1), person.accessToken)
    if (status === 401) return performance.now() - start
    if (performance.now() - start > 10 * BOUND_MS) return Number.POSITIVE_INFINITY
  }
}
