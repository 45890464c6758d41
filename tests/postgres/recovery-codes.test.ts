// One recovery code, used many times at once over two instances of auth on one PostgreSQL; and a new set beside a use.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { enrolApp } from '../authenticator.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, type Person, registerPerson, VERIFY } from '../people.ts'

const CREATE = 'mutation { createRecoveryCodes { codes } }'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ auths: 2, gateways: 2 })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

async function holder() {
  const person = await registerPerson(stack)
  await enrolApp(stack, person)
  const { data } = await stack.client.send(CREATE, {}, person.headers)
  return { ...person, codes: data.createRecoveryCodes.codes as string[] }
}

async function beginLogins({ email, deviceToken }: Person, count: number): Promise<string[]> {
  const begun: string[] = []
  for (let index = 0; index < count; index += 1) {
    const input = { email, password: PASSWORD, deviceToken }
    const { data } = await stack.client.send(LOGIN, { input })
    begun.push(data.login.verification.id)
  }
  return begun
}

test('20 parallel uses of each of two codes sign in once each', async () => {
  const person = await holder()
  const begun = await beginLogins(person, 40)
  const answers = await Promise.all(
    begun.map((verificationId, index) =>
      stack
        .clientOf(index % 2)
        .send(VERIFY, { input: { verificationId, code: person.codes[index % 4 < 2 ? 0 : 1] } }),
    ),
  )
  const won = answers.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn')
  expect(won).toHaveLength(2)
  const refused = answers.filter(({ code }) => code === 'VERIFICATION_FAILED')
  expect(refused).toHaveLength(38)
  expect(await stack.db('recovery_codes').where('user_id', person.id)).toHaveLength(8)
})

test('new sets at once leave ten codes', async () => {
  const person = await holder()
  await Promise.all([0, 1, 0, 1].map((at) => stack.clientOf(at).send(CREATE, {}, person.headers)))
  expect(await stack.db('recovery_codes').where('user_id', person.id)).toHaveLength(10)
})
