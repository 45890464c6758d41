// Erasure under fire: admins who leave at once, NATS that is unavailable, receipts that are not the sender's to give.
import { setTimeout as sleep } from 'node:timers/promises'
import { connectNats, RECEIPT_STREAM, receiptSubject } from '@sallyport/claims/nats'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { type Person, refreshWith, registerPerson, viewerOf } from '../people.ts'
import { type NatsServer, startNatsServer } from './nats-server.ts'

const DELETE = 'mutation { deleteAccount { verification { id } } }'
const CONFIRM = `mutation Confirm($input: ConfirmAccountDeletionInput!) {
  confirmAccountDeletion(input: $input) { receiptId }
}`
const STATUS = `query Status($receiptId: ID!) {
  erasureStatus(receiptId: $receiptId) { status receipts { subgraph completedAt erased } }
}`
const REVIEW =
  'mutation { addReview(input: { productId: "prd_lantern", rating: 5, body: "Mine." }) { id } }'

let nats: NatsServer
let stack: Stack

beforeAll(async () => {
  nats = await startNatsServer()
  stack = await startStack({
    auths: 2,
    gateways: 2,
    reviews: true,
    env: { NATS_URL: nats.urlOf('auth'), REVIEWS_NATS_URL: nats.urlOf('reviews') },
  })
})
afterAll(async () => {
  await stack?.stop()
  await nats?.drop()
})
// What a test that failed took away, the next one finds again.
afterEach(async () => {
  await nats.start()
})

async function registerAdmin(): Promise<Person> {
  const person = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  const { accessToken } = data.refresh.tokens
  return { ...person, accessToken, headers: { authorization: `Bearer ${accessToken}` } }
}

async function beginDeletion(person: Person) {
  const begun = await stack.client.send(DELETE, {}, person.headers)
  const verificationId = begun.data.deleteAccount.verification.id
  return { verificationId, code: await stack.mailbox.takeCode(person.email) }
}

async function deleteOwn(person: Person, gateway = 0): Promise<string> {
  const input = await beginDeletion(person)
  const answer = await stack.clientOf(gateway).send(CONFIRM, { input }, person.headers)
  if (answer.data?.confirmAccountDeletion == null) throw new Error(answer.text)
  return answer.data.confirmAccountDeletion.receiptId
}

const statusOf = async (receiptId: string) =>
  (await stack.client.send(STATUS, { receiptId })).data.erasureStatus

async function expectCompleted(receiptId: string): Promise<void> {
  await expect
    .poll(async () => (await statusOf(receiptId)).status, { timeout: 30_000 })
    .toBe('COMPLETED')
}

async function admins(): Promise<number> {
  return (await stack.db('user_roles').where('role_name', 'admin')).length
}

test('the last two admins delete themselves at once, on two instances: one stays', async () => {
  for (let round = 0; round < 4; round += 1) {
    await stack.db('user_roles').where('role_name', 'admin').delete()
    const pair = [await registerAdmin(), await registerAdmin()]
    const inputs = await Promise.all(pair.map(beginDeletion))
    const answers = await Promise.all(
      pair.map((person, index) =>
        stack.clientOf(index).send(CONFIRM, { input: inputs[index] }, person.headers),
      ),
    )
    expect(answers.map(({ code }) => code ?? 'deleted').sort()).toEqual(['LAST_ADMIN', 'deleted'])
    expect(await admins()).toBe(1)
  }
})

test('an admin loses the role while another leaves: one stays', async () => {
  for (let round = 0; round < 4; round += 1) {
    await stack.db('user_roles').where('role_name', 'admin').delete()
    const [leaves, demoted] = [await registerAdmin(), await registerAdmin()]
    const input = await beginDeletion(leaves)
    let demotion: Promise<void> | undefined
    await new Promise<void>((isDemoted, failed) => {
      demotion = stack.db.transaction(async (trx) => {
        await trx('user_roles').where({ user_id: demoted.id, role_name: 'admin' }).delete()
        isDemoted()
        await sleep(100)
      })
      demotion.catch(failed)
    })
    const answer = await stack.client.send(CONFIRM, { input }, leaves.headers)
    await demotion
    expect(answer.code).toBe('LAST_ADMIN')
    expect(await admins()).toBe(1)
  }
})

test('accounts are deleted while NATS is unavailable: tokens end at once, and every service follows when it is back', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => registerPerson(stack)))
  for (const person of people) await stack.client.send(REVIEW, {}, person.headers)
  await nats.kill()
  const receipts = await Promise.all(people.map((person, index) => deleteOwn(person, index % 2)))
  for (const { accessToken } of people) {
    await expect.poll(async () => (await viewerOf(stack.client, accessToken)).status).toBe(401)
  }
  for (const receiptId of receipts) expect((await statusOf(receiptId)).status).toBe('RUNNING')
  await nats.start()
  for (const receiptId of receipts) {
    await expectCompleted(receiptId)
    expect((await statusOf(receiptId)).receipts[1]).toMatchObject({
      subgraph: 'reviews',
      erased: 1,
    })
  }
  const ids = people.map(({ id }) => id)
  expect(await stack.db('reviews.reviews').whereIn('author_id', ids)).toEqual([])
})

test('a receipt counts once, for its own subgraph and its own event; what is not one is dropped', async () => {
  const log = pino({ level: 'silent' })
  const link = connectNats({ url: nats.urlOf('reviews'), name: 'forger', log })
  await expect.poll(link.isConnected).toBe(true)
  const send = async (subgraph: string, body: string) =>
    await link.publish({
      stream: RECEIPT_STREAM.name,
      subject: receiptSubject(subgraph),
      id: `${subgraph}${body}`,
      body,
    })
  const completed = await deleteOwn(await registerPerson(stack))
  await expectCompleted(completed)
  const before = await statusOf(completed)
  const { event_id: eventId } = await stack.db('erasures').orderBy('created_at', 'desc').first()
  for (const body of [
    JSON.stringify({ eventId, erased: 99, anonymised: 99 }),
    JSON.stringify({ eventId: crypto.randomUUID(), erased: 1, anonymised: 0 }),
    JSON.stringify({ eventId, erased: -1, anonymised: 0 }),
    'no json',
  ])
    await send('reviews', body)
  // NATS itself keeps one subgraph from answering for another.
  await expect(
    send('orders', JSON.stringify({ eventId, erased: 1, anonymised: 0 })),
  ).rejects.toThrow()
  expect(await statusOf(completed)).toEqual(before)
  // What was dropped holds nothing up.
  await expectCompleted(await deleteOwn(await registerPerson(stack)))
  expect(await statusOf(completed)).toEqual(before)
  await link.stop()
})
