// The code of a device that a person typed (RFC 8628, 3.3): guesses are counted, and one session alone answers it, once.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { type Client, findClient } from '../oauth-clients/client.ts'
import type { Visit } from '../pages/page.ts'
import type { Present } from './bind-session.ts'
import type { ServingParts } from './serving.ts'

export interface FoundDevice {
  readonly userCode: string
  readonly client: Client
  readonly device: DeviceCode
}

export type DeviceCode = NonNullable<Awaited<ReturnType<typeof findDevice>>>

async function findDevice({ provider }: ServingParts, userCode: string) {
  const { DeviceCode } = provider()
  const found = await DeviceCode.findByUserCode(userCode)
  const isWaiting = found !== undefined && !found.accountId && !found.error && !found.consumed
  return isWaiting ? found : null
}

/** Counted before it is looked at. The first session that types a code is the one that answers it. */
export async function claimCode(
  parts: ServingParts,
  visit: Visit,
  { session, user }: Present,
): Promise<FoundDevice | 'limited' | null> {
  const { deps } = parts
  const userCode = codeIn(visit)
  const isAnswer = visit.form.has('do')
  const forgive = isAnswer ? async () => {} : await countTry(parts, visit, user.id)
  if (forgive === null) return 'limited'
  const device = userCode.length === 8 ? await findDevice(parts, userCode) : null
  if (device === null) return null
  const claimed = await deps
    .db('oauth_objects')
    .where({ model: 'DeviceCode', user_code_hash: sha256(userCode) })
    .whereRaw('expires_at > now() and coalesce(claimed_by, ?) = ?', [session.id, session.id])
    .modify((query) => {
      // An answer to what this session never typed is none.
      if (isAnswer) query.where('claimed_by', session.id)
    })
    .update({ claimed_by: session.id })
  const client = await findClient(deps.db, String(device.clientId))
  if (claimed === 0 || client === undefined) return null
  await forgive()
  return { userCode, client, device }
}

/** null: too many. */
async function countTry(
  { deps }: ServingParts,
  { origin }: Visit,
  userId: string,
): Promise<(() => Promise<void>) | null> {
  try {
    const forgive = await limitNetwork(deps, 'device-code-network', origin.ipAddress)
    const { isOver } = await deps.throttle.add('device-code-user', countKey({ user: userId }))
    return isOver ? null : forgive
  } catch (error) {
    if (error instanceof AuthError && error.code === 'RATE_LIMITED') return null
    throw error
  }
}

/** @returns false: the button was pressed twice, and the other press was first */
export async function markAnswered(trx: Knex, userCode: string): Promise<boolean> {
  const marked = await trx('oauth_objects')
    .where({ model: 'DeviceCode', user_code_hash: sha256(userCode) })
    .whereRaw("payload->>'accountId' is null and payload->>'answered' is null")
    .update({ payload: trx.raw('payload || \'{"answered": true}\'') })
  return marked === 1
}

/** The client of a device that this session let in with this very code. */
export async function letInBefore(
  { deps, provider }: ServingParts,
  visit: Visit,
  { session }: Present,
): Promise<Client | undefined> {
  const userCode = codeIn(visit)
  const row = await deps
    .db('oauth_objects')
    .where({ model: 'DeviceCode', user_code_hash: sha256(userCode), claimed_by: session.id })
    .first('id_hash')
  const device = row && (await provider().DeviceCode.findByUserCode(userCode))
  if (!device?.accountId || device.error) return undefined
  return await findClient(deps.db, String(device.clientId))
}

function codeIn({ form }: Visit): string {
  return (form.get('code') ?? '').toUpperCase().replace(/[^A-Z]/g, '')
}
