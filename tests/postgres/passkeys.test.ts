// One passkey, used many times at once over two instances of auth on one PostgreSQL.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { beginPasskey, pageOf, passkeyHolder } from '../auth/factors/passkey-people.ts'
import { type Stack, startStack } from '../harness.ts'
import { VERIFY } from '../people.ts'
import { flags, type SoftwarePasskey, usePasskey } from '../software-passkey.ts'

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

const bound = { flags: flags.bound }

async function answerOf(passkey: SoftwarePasskey, counter: number) {
  const { verificationId, options } = await beginPasskey(stack)
  const answer = usePasskey(passkey, options, pageOf(stack), { ...bound, counter })
  return { verificationId, passkey: answer }
}

const send = async (inputs: readonly object[]) =>
  await Promise.all(inputs.map((input, index) => stack.clientOf(index % 2).send(VERIFY, { input })))

const wins = (answers: readonly { data: any }[]) =>
  answers.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn').length

test('one answer, sent to both at once, signs in once', async () => {
  const { passkey } = await passkeyHolder(stack, { ...bound, counter: 1 })
  const input = await answerOf(passkey, 2)
  expect(wins(await send(Array.from({ length: 8 }, () => input)))).toBe(1)
})

test('of copies that answer with one count at once, one signs in', async () => {
  const { passkey } = await passkeyHolder(stack, { ...bound, counter: 1 })
  const inputs: object[] = []
  for (let count = 0; count < 6; count += 1) inputs.push(await answerOf(passkey, 2))
  expect(wins(await send(inputs))).toBe(1)
})
