// Refresh tokens of apps, which rotate as those of sessions do: neither a race nor a lost answer throws anybody out, and a token
// that was stolen and used ends the grant (RFC 9700, 4.14.2). One row for each family.
//
//   presented                              answer
//   present turn                           a new turn
//   previous, within 30 s, asked alike     the same successor, any number of times
//   previous, later                        a new successor: the present turn was never presented, so its answer was lost
//   any other turn of the family           reuse: the grant ends
//   wrong family secret                    invalid; nothing ends
//
// "Asked alike": with the same proof of the client, the same DPoP key, scope and resource. Two who differ in that are not one.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { sha256 } from '../core/identifiers.ts'
import {
  decryptSuccessor,
  encryptSuccessor,
  formatRefreshToken,
  matchesHash,
  newFamily,
  nextTurn,
  parseRefreshToken,
  type RefreshToken,
} from '../sessions/refresh-token.ts'
import { GRACE_SECONDS } from '../sessions/rotate-refresh-token.ts'
import { liveGrants } from './app-grant.ts'

/** Apart from those of sessions, so that neither is taken for the other. */
const PREFIX = 'ort_'
const MAX_ROUNDS = 6

export function newAppRefreshToken(): string {
  return format(newFamily())
}

function format(token: RefreshToken): string {
  return formatRefreshToken(token).replace(/^srt_/, PREFIX)
}

function parseAppRefreshToken(text: string): RefreshToken | null {
  return text.startsWith(PREFIX) ? parseRefreshToken(text.replace(PREFIX, 'srt_')) : null
}

interface Row {
  readonly family_id: string
  readonly grant_id: string
  readonly family_hash: string
  readonly turn_hash: string
  readonly previous_turn_hash: string | null
  readonly sealed_successor: string | null
  readonly context_hash: string | null
  readonly payload: Readonly<Record<string, unknown>>
  readonly is_in_grace: boolean
  readonly expires_epoch: number
}

export async function insertFamily(
  deps: Pick<AuthDeps, 'db' | 'config'>,
  text: string,
  payload: { readonly grantId?: string } & Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const token = parseAppRefreshToken(text)
  if (token === null || payload.grantId === undefined)
    throw new Error('not a refresh token of ours')
  const { db, config } = deps
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into oauth_refresh_families
       (family_id, grant_id, family_hash, turn_hash, payload, idle_expires_at, expires_at)
     select ?, id, ?, ?, ?::jsonb, now() + ? * interval '1 day', now() + ? * interval '1 day' from (?) as live`,
    [
      token.familyId,
      sha256(token.familySecret),
      sha256(token.turn),
      JSON.stringify(payload),
      config.refreshIdleDays,
      config.refreshAbsoluteDays,
      liveGrants(db).where('g.id', payload.grantId).select('g.id'),
    ],
  )
  return rowCount === 1
}

async function findRow(db: Knex, token: RefreshToken): Promise<Row | null> {
  const row: Row | undefined = await liveGrants(db)
    .join('oauth_refresh_families as f', 'f.grant_id', 'g.id')
    .where('f.family_id', token.familyId)
    .whereRaw('f.expires_at > now() and f.idle_expires_at > now()')
    .first(
      'f.*',
      db.raw("coalesce(f.rotated_at > now() - ? * interval '1 second', false) as is_in_grace", [
        GRACE_SECONDS,
      ]),
      db.raw(
        'floor(extract(epoch from least(f.expires_at, f.idle_expires_at)))::float8 as expires_epoch',
      ),
    )
  return row !== undefined && matchesHash(token.familySecret, row.family_hash) ? row : null
}

export interface FoundFamily {
  readonly payload: Readonly<Record<string, unknown>>
  readonly grantId: string
  /** In seconds since the epoch. */
  readonly expiresAt: number
  /** Whether the turn that was presented may still be traded. */
  readonly isUsable: boolean
}

/** null: no live family has this secret. */
export async function findFamily(db: Knex, text: string): Promise<FoundFamily | null> {
  const token = parseAppRefreshToken(text)
  const row = token && (await findRow(db, token))
  if (token === null || row === null) return null
  const isUsable =
    matchesHash(token.turn, row.turn_hash) || matchesHash(token.turn, row.previous_turn_hash)
  return { payload: row.payload, grantId: row.grant_id, expiresAt: row.expires_epoch, isUsable }
}

export type FamilyRotation = { readonly refreshToken: string } | 'reused' | 'invalid'

/** @param context What must be alike for a second answer: hashed, and compared. */
export async function rotateFamily(
  deps: Pick<AuthDeps, 'db' | 'config'>,
  text: string,
  context: string,
): Promise<FamilyRotation> {
  const token = parseAppRefreshToken(text)
  if (token === null) return 'invalid'
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const row = await findRow(deps.db, token)
    if (row === null) return 'invalid'
    const rotation = await rotateOnce(deps, { token, row, context: sha256(context) })
    if (rotation !== null) return rotation
  }
  throw new Error('a refresh token kept changing while it was rotated')
}

interface Turn {
  readonly token: RefreshToken
  readonly row: Row
  readonly context: string
}

/** null: another request changed the row between our look and our write; look again. */
async function rotateOnce(
  deps: Pick<AuthDeps, 'db' | 'config'>,
  turn: Turn,
): Promise<FamilyRotation | null> {
  const { token, row, context } = turn
  if (matchesHash(token.turn, row.turn_hash)) return await advance(deps, turn)
  if (!matchesHash(token.turn, row.previous_turn_hash)) return 'reused'
  if (row.is_in_grace && row.sealed_successor !== null) {
    if (row.context_hash !== context) return 'reused'
    return { refreshToken: format(decryptSuccessor(token, row.sealed_successor)) }
  }
  return await advance(deps, turn)
}

async function advance(
  { db, config }: Pick<AuthDeps, 'db' | 'config'>,
  { token, row, context }: Turn,
): Promise<FamilyRotation | null> {
  const successor = nextTurn(token)
  const changed = await db('oauth_refresh_families')
    .where({ family_id: row.family_id, turn_hash: row.turn_hash })
    .update({
      previous_turn_hash: sha256(token.turn),
      turn_hash: sha256(successor.turn),
      sealed_successor: encryptSuccessor(token, successor),
      context_hash: context,
      generation: db.raw('generation + 1'),
      rotated_at: db.fn.now(),
      idle_expires_at: db.raw("least(expires_at, now() + ? * interval '1 day')", [
        config.refreshIdleDays,
      ]),
    })
  return changed === 1 ? { refreshToken: format(successor) } : null
}
