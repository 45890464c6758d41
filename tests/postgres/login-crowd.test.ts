// Two hundred logins at once: anyone who gets no turn in time is told so, with when to come again. Nobody waits for nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GraphqlAnswer } from '../client.ts'
import { LOGIN, PASSWORD } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'

const CROWD = 200
let deployment: Deployment

beforeAll(async () => {
  // What production hashes with: the crowd is more than these cores hash before a gateway gives up.
  deployment = await startDeployment({ pairs: 1, env: { PASSWORD_HASH_COST: '12' } })
  const [person] = await deployment.register(1)
  if (person === undefined) throw new Error('nobody was registered')
  for (let index = 0; index < CROWD; index += 1) await copy(person.email, `crowd${index}`)
})
afterAll(async () => {
  await deployment?.stop()
})

/** The same person under another id and address. */
async function copy(email: string, name: string): Promise<void> {
  const { db } = deployment
  const id = `usr_${name}`
  const copied = `${name}@example.com`
  const [address] = await db('user_emails').where({ email }).select('verified_at', 'created_at')
  const [{ search_text: _, sort_name: __, ...user }] = await db('users').where({ email })
  const spelt = { email: copied, email_normalized: copied }
  await db.transaction(async (trx) => {
    await trx('user_emails').insert({ ...address, ...spelt, id: `eml_${name}`, user_id: id })
    await trx('users').insert({ ...user, ...spelt, id })
  })
}

function describeAnswer({ code, data, errors }: GraphqlAnswer): string {
  if (code === undefined) return data.login.__typename
  const retryAfterSeconds = errors[0]?.extensions.retryAfterSeconds
  const isWait = code === 'RATE_LIMITED' || code === 'SERVICE_UNAVAILABLE'
  return isWait && Number(retryAfterSeconds) >= 1 ? 'told to wait' : code
}

test('every one of two hundred is answered, none by a time-out, and a second crowd as well', async () => {
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: CROWD }, async (_, index) => {
        const password = index % 2 === 0 ? PASSWORD : 'wrong'
        const input = { email: `crowd${index}@example.com`, password }
        return describeAnswer(await deployment.client(0).send(LOGIN, { input }))
      }),
    )
    const kinds = new Set(answers)
    for (const kind of kinds)
      expect(['VerificationRequired', 'INVALID_CREDENTIALS', 'told to wait']).toContain(kind)
    expect(answers).toContain('VerificationRequired')
    expect(answers).toContain('told to wait')
  }
  // Nobody who was told to wait has guessed: the password counts as soon as there is a turn for it.
  const input = { email: `crowd${CROWD - 1}@example.com`, password: PASSWORD }
  await expect
    .poll(async () => (await deployment.client(0).send(LOGIN, { input })).data?.login?.__typename, {
      timeout: 60_000,
      interval: 1_000,
    })
    .toBe('VerificationRequired')
})
