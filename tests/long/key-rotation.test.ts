// Case 188: signing keys rotate under load, by the real clock: no token is ever refused.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseVersionedSecret } from '../../subgraphs/auth/core/secret.ts'
import { rotateKeys } from '../../subgraphs/auth/tokens/rotate-keys.ts'
import { bearer } from '../client.ts'
import { type Person, refreshWith } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { type Sample, steadyLoad } from './load.ts'

const MINUTES = Number(process.env.ROTATION_MINUTES || 10)
const PER_SECOND = Number(process.env.ROTATION_RATE || 200)
const ROTATE_EVERY_MS = 60_000

let deployment: Deployment
let people: Person[]

beforeAll(async () => {
  deployment = await startDeployment()
  people = await deployment.register(20)
})
afterAll(async () => {
  await deployment?.stop()
})

test(`${MINUTES} minutes at ${PER_SECOND} requests a second: no verification fails while keys come and go`, async () => {
  const tokens = people.map(({ accessToken, refreshToken }) => ({ accessToken, refreshToken }))
  const kids = new Set<string>()
  const over = { yes: false }
  const renewing = renew(tokens, kids, over)
  const rotating = rotate(over)
  const loads = await Promise.all(
    [0, 1].map((gateway) =>
      steadyLoad({
        url: deployment.client(gateway).url,
        perSecond: PER_SECOND / 2,
        seconds: MINUTES * 60,
        next: (index) => ({
          query: '{ __typename }',
          headers: bearer(tokens[index % tokens.length]?.accessToken ?? ''),
        }),
      }),
    ),
  )
  over.yes = true
  await Promise.all([renewing, rotating])
  const samples: readonly Sample[] = loads.flat()
  console.log(`${samples.length} requests, signed by ${kids.size} keys`)
  // A key signs two minutes after it was made: shorter runs see one key.
  if (MINUTES >= 4) expect(kids.size).toBeGreaterThan(1)
  expect(samples.filter(({ status }) => status !== 200).slice(0, 3)).toEqual([])
})

/** Each token is a few seconds old at most, so that new keys are in use as soon as they sign. */
async function renew(
  tokens: { accessToken: string; refreshToken: string }[],
  kids: Set<string>,
  over: { readonly yes: boolean },
): Promise<void> {
  for (let turn = 0; !over.yes; turn += 1) {
    const held = tokens[turn % tokens.length]
    if (held === undefined) return
    const answer = await refreshWith(deployment.client(turn % 2), held.refreshToken)
    expect(answer.errors).toEqual([])
    Object.assign(held, answer.data.refresh.tokens)
    const header = JSON.parse(
      Buffer.from(held.accessToken.split('.')[0] ?? '', 'base64url').toString(),
    )
    kids.add(header.kid)
    await sleep(250)
  }
}

async function rotate(over: { readonly yes: boolean }): Promise<void> {
  const keyEncryptionKey = parseVersionedSecret('KEY', deployment.env.KEY_ENCRYPTION_KEY ?? '')
  if (typeof keyEncryptionKey === 'string') throw new Error(keyEncryptionKey)
  for (let waited = ROTATE_EVERY_MS; !over.yes; waited += 500) {
    if (waited >= ROTATE_EVERY_MS) {
      await rotateKeys(deployment.db, { signingKeyDays: 30, keyEncryptionKey, isForced: true })
      waited = 0
    }
    await sleep(500)
  }
}
