// One code of an authenticator app, used many times at once over two instances of auth on one PostgreSQL.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeOf, enrolApp } from '../authenticator.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, registerPerson, VERIFY } from '../people.ts'

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

test('in as many challenges at once, a code signs in once', async () => {
  const person = await registerPerson(stack)
  const { secret } = await enrolApp(stack, person)
  const { email, deviceToken } = person
  const begun: string[] = []
  for (let count = 0; count < 8; count += 1) {
    const { data } = await stack.client.send(LOGIN, {
      input: { email, password: PASSWORD, deviceToken },
    })
    begun.push(data.login.verification.id)
  }
  const code = codeOf(secret)
  const answers = await Promise.all(
    begun.map((verificationId, index) =>
      stack.clientOf(index % 2).send(VERIFY, { input: { verificationId, code } }),
    ),
  )
  const won = answers.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn')
  expect(won).toHaveLength(1)
  const refused = answers.filter(({ code }) => code === 'VERIFICATION_FAILED')
  expect(refused).toHaveLength(answers.length - 1)
})
