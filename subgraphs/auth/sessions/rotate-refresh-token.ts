// Refresh token rotation with reuse detection (RFC 9700 4.14.2) in which neither a race nor a lost answer is a logout.
// Every decision is one conditional UPDATE on the row's present turn, by the database's clock, never by process state.
//
//   … ── earlier ──► previous ──► present          one row: hashes of the turns, and the present one encrypted for its predecessor
//
//   presented                              answer
//   present turn                           a new turn (rotated)
//   previous, within 30 s                  the same successor, any number of times
//   previous, later                        a new successor: the present turn was never presented, so its answer was lost
//   any other turn of the family           reuse: the session ends
//   wrong family secret, session is over   invalid; nothing ends
import type { Knex } from 'knex'
import type { RequestOrigin } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { decrypt } from '../core/encryption.ts'
import { sha256 } from '../core/identifiers.ts'
import {
  decryptSuccessor,
  encryptSuccessor,
  formatRefreshToken,
  matchesHash,
  nextTurn,
  type RefreshToken,
} from './refresh-token.ts'
import { Session } from './session.ts'

/** How long a rotated token answers with the successor that it already has: parallel calls, quick retries. */
export const GRACE_SECONDS = 30
const MAX_ROUNDS = 6

export type Rotation =
  | {
      readonly kind: 'rotated' | 'same-successor' | 'new-successor'
      readonly session: Session
      readonly refreshToken: string
    }
  | { readonly kind: 'reused'; readonly session: Session }
  | { readonly kind: 'invalid' }

interface Row extends Session {
  readonly is_in_grace: boolean
  readonly is_usable: boolean
  /** The password was changed since, and the grace is over. */
  readonly is_predecessor_void: boolean
}

export async function rotateRefreshToken(
  deps: AuthDeps,
  origin: RequestOrigin,
  presented: RefreshToken,
): Promise<Rotation> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const row = await findFamily(deps.db, presented)
    if (row === null || !row.is_usable) return { kind: 'invalid' }
    const rotation = await rotateOnce(deps, origin, presented, row)
    if (rotation !== null) return rotation
  }
  throw new Error('a refresh token kept changing while it was rotated')
}

/** null: another request changed the row between our look and our write; look again. */
async function rotateOnce(
  deps: AuthDeps,
  origin: RequestOrigin,
  presented: RefreshToken,
  row: Row,
): Promise<Rotation | null> {
  if (matchesHash(presented.turn, row.turn_hash)) return await advance(deps, origin, presented)
  const predecessors = [row.previous_turn_hash, ...row.earlier_turn_hashes]
  const isPredecessor = predecessors.some((hash) => matchesHash(presented.turn, hash))
  if (!isPredecessor || row.is_predecessor_void) return { kind: 'reused', session: row }
  if (row.is_in_grace && row.sealed_successor !== null) {
    const refreshToken = formatRefreshToken(openSuccessor(deps, presented, row))
    const session = await withoutLaterProof(deps, row)
    return session && { kind: 'same-successor', session, refreshToken }
  }
  // The successor was never presented, or this would not be its predecessor: the answer that carried it was lost.
  return await replaceSuccessor(deps, origin, presented, row)
}

/** Anyone who shows a turn from before `reauthenticate` was not seen to know the password: the session is as it was. */
async function withoutLaterProof({ db }: AuthDeps, row: Row): Promise<Session | null> {
  if (row.authenticated_before === null) return row
  const [lowered] = await db('sessions')
    .where({ id: row.id, turn_hash: row.turn_hash, status: 'ACTIVE' })
    .update({ ...proofBefore(db), authenticated_before: null })
    .returning('*')
  return lowered === undefined ? null : Session.fromDatabaseJson(lowered)
}

function proofBefore(db: Knex) {
  const before = (column: string, old: string) =>
    db.raw('case when authenticated_before is null then ?? else ?? end', [column, old])
  return {
    authenticated_at: before('authenticated_at', 'authenticated_before'),
    mfa_at: before('mfa_at', 'mfa_before'),
    // null: raised by an instance of the version before.
    authentication_methods: db.raw(
      `case when authenticated_before is null then authentication_methods
         else coalesce(authentication_methods_before, authentication_methods) end`,
    ),
  }
}

/** A wrong family secret finds nothing: anyone who guesses family ids can end nobody's session. */
async function findFamily(db: Knex, presented: RefreshToken): Promise<Row | null> {
  const row: object | undefined = await db('sessions')
    .join('users', 'users.id', 'sessions.user_id')
    .where('family_id', presented.familyId)
    .first(
      'sessions.*',
      db.raw("rotated_at > now() - ? * interval '1 second' as is_in_grace", [GRACE_SECONDS]),
      // Before `rotated_at`: left behind by an instance of an older version, which knows nothing of it.
      db.raw(
        'coalesce(predecessors_expire_at between rotated_at and now(), false) as is_predecessor_void',
      ),
      db.raw(
        "(sessions.status = 'ACTIVE' and users.status = 'ACTIVE' and sessions.expires_at > now() and sessions.idle_expires_at > now()) as is_usable",
      ),
    )
  if (row === undefined) return null
  const session = Session.fromDatabaseJson(row) as Row
  return matchesHash(presented.familySecret, session.family_hash) ? session : null
}

async function advance(
  deps: AuthDeps,
  origin: RequestOrigin,
  presented: RefreshToken,
): Promise<Rotation | null> {
  const successor = nextTurn(presented)
  const session = await update(deps, origin, {
    where: { family_id: presented.familyId, turn_hash: sha256(presented.turn) },
    presented,
    successor,
  })
  return session && { kind: 'rotated', session, refreshToken: formatRefreshToken(successor) }
}

async function replaceSuccessor(
  deps: AuthDeps,
  origin: RequestOrigin,
  presented: RefreshToken,
  row: Row,
): Promise<Rotation | null> {
  const successor = nextTurn(presented)
  const session = await update(deps, origin, {
    where: { family_id: presented.familyId, turn_hash: row.turn_hash },
    presented,
    successor,
    columns: proofBefore(deps.db),
  })
  return session && { kind: 'new-successor', session, refreshToken: formatRefreshToken(successor) }
}

async function update(
  deps: AuthDeps,
  origin: RequestOrigin,
  change: {
    readonly where: Readonly<Record<string, string | null>>
    readonly presented: RefreshToken
    readonly successor: RefreshToken
    readonly columns?: Readonly<Record<string, Knex.Raw>>
  },
): Promise<Session | null> {
  const { db, config } = deps
  const [row] = await db('sessions')
    .where(change.where)
    .where('status', 'ACTIVE')
    .whereRaw('expires_at > now() and idle_expires_at > now()')
    .whereExists(db('users').whereRaw("users.id = sessions.user_id and users.status = 'ACTIVE'"))
    .update({
      previous_turn_hash: sha256(change.presented.turn),
      earlier_turn_hashes: [],
      turn_hash: sha256(change.successor.turn),
      sealed_successor: encryptSuccessor(change.presented, change.successor),
      generation: db.raw('generation + 1'),
      rotated_at: db.fn.now(),
      last_used_at: db.fn.now(),
      rotated_from_address: origin.ipAddress,
      rotated_from_agent: origin.userAgent,
      idle_expires_at: db.raw("least(expires_at, now() + ? * interval '1 day')", [
        config.refreshIdleDays,
      ]),
      authenticated_before: null,
      predecessors_expire_at: null,
      ...change.columns,
    })
    .returning('*')
  return row === undefined ? null : Session.fromDatabaseJson(row)
}

/** `reauthenticate` holds no predecessor to encrypt under, so its successors are encrypted under KEY_ENCRYPTION_KEY: `k<version>:`. */
function openSuccessor(deps: AuthDeps, presented: RefreshToken, row: Session): RefreshToken {
  const box = row.sealed_successor ?? ''
  const byKey = /^k(\d+):(.+)$/.exec(box)
  if (byKey === null) return decryptSuccessor(presented, box)
  const key = deps.config.secrets.keyEncryptionKey.version(Number(byKey[1])).release()
  return { ...presented, turn: decrypt(key, `successor ${row.family_id}`, byKey[2] ?? '') }
}
