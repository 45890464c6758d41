// What an answer's time gives away (cases 56, 66, 67): nothing that tells an account, or a key, from none.
import { randomBytes, randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, newSecret } from '../../subgraphs/auth/api-keys/key-format.ts'
import { LOGIN, newEmail, PASSWORD, type Person, REGISTER, VIEWER } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { percentile, separability } from './statistics.ts'

const SAMPLES = Number(process.env.TIMING_SAMPLES || 500)
/** A threshold on time that is right in 55 of 100 cases is worth as good as nothing. */
const MAX_SEPARABILITY = 0.55

let deployment: Deployment
let person: Person
let suspended: Person

beforeAll(async () => {
  deployment = await startDeployment({ pairs: 1 })
  const [first, second] = await deployment.register(2)
  if (first === undefined || second === undefined) throw new Error('nobody registered')
  person = first
  suspended = second
  await deployment.db('users').where('id', suspended.id).update({ status: 'SUSPENDED' })
})
afterAll(async () => {
  await deployment?.stop()
})

type Act = () => Promise<unknown>

const client = () => deployment.client(0)
const logInAs = (email: string, password: string): Act => {
  return () => client().send(LOGIN, { input: { email, password } })
}
const registerAs = (email: () => string): Act => {
  return () => client().send(REGISTER, { input: { email: email(), password: PASSWORD } })
}

test.each<[string, () => Act, () => Act]>([
  [
    'a login with a wrong password and one of nobody',
    () => logInAs(person.email, 'not the password'),
    () => () => logInAs(newEmail(), 'not the password')(),
  ],
  [
    'a login of a suspended user and one with a wrong password',
    () => logInAs(suspended.email, PASSWORD),
    () => logInAs(person.email, 'not the password'),
  ],
  [
    'a registration of a taken address and one of a free one',
    () => registerAs(() => person.email),
    () => registerAs(newEmail),
  ],
])('%s take the same time', async (_, a, b) => {
  await expectAlike(a(), b())
})

test('a wrong secret of a key that exists and one of a key that does not take the same time', async () => {
  const made = await client().send(
    'mutation { createApiKey(input: { name: "x" }) { key apiKey { id } } }',
    {},
    person.headers,
  )
  const { key, apiKey } = made.data.createApiKey
  await deployment.db('api_keys').where('id', apiKey.id).update({ status: 'ACTIVE' })
  const ask = (name: string) =>
    client().send(VIEWER, {}, { 'x-api-key': name, 'x-api-secret': newSecret('test') })
  await expectAlike(
    () => ask(key),
    () => ask(newKey('test')),
  )
})

test('the measure itself tells a difference of some milliseconds', async () => {
  const query = `{ viewer { kind } } #${randomBytes(4).toString('hex')}`
  const [quick, slow] = await interleave(
    () => client().send(query),
    () => new Promise((done) => setTimeout(done, 30)).then(() => client().send(query)),
  )
  expect(separability(quick, slow)).toBeGreaterThan(0.9)
})

async function expectAlike(a: Act, b: Act): Promise<void> {
  for (let count = 0; count < 20; count += 1) {
    await deployment.db('throttles').delete()
    await Promise.all([a(), b()])
  }
  const [first, second] = await interleave(a, b)
  const found = separability(first, second)
  const medians = [first, second].map((times) => percentile(times, 0.5).toFixed(1))
  console.log(`separability ${found.toFixed(3)}, medians ${medians.join(' and ')} ms`)
  expect(found).toBeLessThan(MAX_SEPARABILITY)
}

/** One after the other in random order, so that whatever else the machine does touches both. */
async function interleave(a: Act, b: Act): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  for (let count = 0; count < SAMPLES; count += 1) {
    const first = randomInt(2)
    for (const which of [first, 1 - first] as const) {
      const act = which === 0 ? a : b
      // What slows guesses down is not what is measured.
      await deployment.db('throttles').delete()
      const startedAt = performance.now()
      await act()
      times[which === 0 ? 0 : 1].push(performance.now() - startedAt)
    }
  }
  return times
}
