// One person, many requests at once: they wait for each other in one order, and none of them for ever.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, LOGOUT, logIn, PASSWORD, type Person, registerPerson, VERIFY } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ auths: 2, gateways: 2 })
})
afterAll(async () => {
  await stack?.stop()
})

const either = (index: number) => stack.clientOf(index % 2)
const many = (count: number, act: (index: number) => Promise<GraphqlAnswer>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)))
const codesOf = (answers: readonly GraphqlAnswer[]) => [...new Set(answers.map(({ code }) => code))]

test('20 logins at once all sign in, again and again', async () => {
  const person = await registerPerson(stack)
  const { email, deviceToken } = person
  for (let round = 0; round < 3; round += 1) {
    const input = { email, password: PASSWORD, deviceToken }
    const answers = await many(20, (index) => either(index).send(LOGIN, { input }))
    expect(codesOf(answers)).toEqual([undefined])
  }
})

const writes: Readonly<Record<string, string>> = {
  createApiKey: 'mutation { createApiKey(input: { name: "x" }) { key } }',
  reauthenticate: `mutation { reauthenticate(input: { password: "${PASSWORD}" }) { __typename } }`,
  updateProfile: 'mutation { updateProfile(input: { displayName: "x" }) { id } }',
}

test.each(Object.keys(writes))(
  '%s eight times at once from one session works eight times',
  async (name) => {
    const person = await registerPerson(stack)
    const answers = await many(8, (index) =>
      either(index).send(writes[name] ?? '', {}, person.headers),
    )
    expect(codesOf(answers)).toEqual([undefined])
  },
)

test('all of it at once, from several sessions, with logins and a code in between', async () => {
  const person = await registerPerson(stack)
  const others = [await logIn(either(0), person), await logIn(either(1), person)]
  const begun = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD },
  })
  const input = {
    verificationId: begun.data.login.verification.id,
    code: await stack.mailbox.takeCode(person.email),
  }
  const by = (index: number): Person => [person, ...others][index % 3] ?? person
  const answers = await Promise.all([
    many(6, (index) => either(index).send(writes.updateProfile ?? '', {}, by(index).headers)),
    many(6, (index) => either(index).send(writes.createApiKey ?? '', {}, by(index).headers)),
    many(3, (index) => either(index).send(writes.reauthenticate ?? '', {}, by(index).headers)),
    many(4, (index) =>
      either(index).send(LOGIN, {
        input: { email: person.email, password: PASSWORD, deviceToken: person.deviceToken },
      }),
    ),
    many(1, () => either(1).send(VERIFY, { input })),
  ])
  expect(codesOf(answers.flat())).toEqual([undefined])
})

test('two sessions that log each other out: one stays or none, and both are answered', async () => {
  for (let round = 0; round < 5; round += 1) {
    const first = await registerPerson(stack)
    const second = await logIn(either(1), first)
    const answers = await Promise.all(
      [first, second].map(({ headers }, index) =>
        either(index).send(LOGOUT, { input: { scope: 'OTHERS' } }, headers),
      ),
    )
    for (const { code } of answers) expect([undefined, 'UNAUTHENTICATED']).toContain(code)
    const active = await stack.db('sessions').where({ user_id: first.id, status: 'ACTIVE' })
    expect(active.length).toBe(1)
  }
})
