// What the library keeps, in our tables. An id that is a secret stands as its hash, and is taken out of what is kept beside it.
// Everything of a grant is found as long as the grant is live, and no longer: its person active, its session open.
import type { Knex } from 'knex'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { decrypt, encrypt } from '../core/encryption.ts'
import { sha256 } from '../core/identifiers.ts'
import { revoke } from '../core/revoke.ts'
import { findClient } from '../oauth-clients/client.ts'
import { findLiveGrant, isLiveGrant } from '../sessions/app-grant.ts'
import { findFamily, insertFamily } from '../sessions/app-refresh-tokens.ts'
import { endGrants } from '../sessions/end-grants.ts'
import { metadataOf } from './client-metadata.ts'
import type { CurrentRequest } from './current-request.ts'
import { grantPayload } from './grant-payload.ts'
import type { Library } from './library.ts'
import { findDocumentClient, isDocumentId } from './metadata-document.ts'

export interface StoreParts {
  readonly deps: AuthDeps
  readonly fetch: typeof fetch
  readonly library: Library
  readonly current: CurrentRequest
}

type Upsert = Adapter['upsert']
type Find = Adapter['find']

export function createStore(parts: StoreParts): (model: string) => Adapter {
  const { deps, current } = parts
  const { db } = deps
  return (model) => {
    const objects = createObjects(parts, model)
    const special: Readonly<Record<string, Partial<Adapter>>> = {
      Client: {
        find: async (id) =>
          metadataOrNothing(
            isDocumentId(id) ? await findDocumentClient(parts, id) : await findClient(db, id),
          ),
        upsert: refuse,
      },
      Grant: {
        find: (id) => findGrant(deps, id),
        upsert: refuse,
        destroy: objects.revokeByGrantId,
      },
      RefreshToken: {
        upsert: async (id, payload) => {
          if (!(await insertFamily(deps, id, withoutId(payload)))) throw parts.library.graceless()
        },
        find: (id) => findRefreshToken(db, id),
        consume: nothing,
        destroy: nothing,
      },
      // Ours are signed, and stored nowhere: what is asked about was verified before (verify-own-token.ts).
      AccessToken: { find: async (id) => current.tokenFor(id, 'AccessToken'), destroy: nothing },
      ClientCredentials: {
        find: async (id) => current.tokenFor(id, 'ClientCredentials'),
        destroy: (id) => endToken(parts, id),
      },
      Session: createSessions(db),
    }
    return { ...objects, ...special[model] }
  }
}

const nothing = async (): Promise<void> => undefined

async function refuse(): Promise<never> {
  throw new Error('the library does not make these')
}

function metadataOrNothing(client: Parameters<typeof metadataOf>[0] | undefined) {
  return client && (metadataOf(client) as AdapterPayload)
}

/** Found by what they are presented with. */
function createObjects(parts: StoreParts, model: string): Adapter {
  const { deps, library } = parts
  const { db, config } = deps
  const key = (id: string) => ({ model, id_hash: sha256(id) })
  const secrets = config.secrets.keyEncryptionKey

  const upsert: Upsert = async (id, payload, expiresIn) => {
    const grantId = payload.grantId ?? null
    const isFoundOtherwise = payload.userCode !== undefined
    const boxed = isFoundOtherwise ? encrypt(secrets.current().release(), model, id) : null
    const once = model === 'ReplayDetection'
    const { rowCount } = await db.raw<{ rowCount: number }>(
      `insert into oauth_objects (model, id_hash, payload, sealed_id, key_encryption_version, grant_id,
         user_code_hash, expires_at)
       select ?, ?, ?::jsonb, ?, ?, ?, ?, now() + ? * interval '1 second'
       ${grantId === null ? '' : 'where exists (?)'}
       on conflict (model, id_hash) ${
         once
           ? 'do nothing'
           : 'do update set payload = excluded.payload, grant_id = excluded.grant_id, expires_at = excluded.expires_at'
       }`,
      [
        model,
        sha256(id),
        JSON.stringify(withoutId(payload)),
        boxed,
        boxed === null ? null : secrets.currentVersion,
        grantId,
        isFoundOtherwise ? sha256(payload.userCode ?? '') : null,
        expiresIn ?? 0,
        ...(grantId === null ? [] : [isLiveGrant(db, String(grantId))]),
      ],
    )
    if (rowCount === 0) throw once ? library.replayed() : library.graceless()
  }

  return {
    upsert,
    find: (id) => findObject(db, key(id), id),
    findByUid: async () => undefined,
    findByUserCode: async (userCode) => {
      const row = await db('oauth_objects')
        .where({ model, user_code_hash: sha256(userCode) })
        .first('id_hash', 'sealed_id', 'key_encryption_version')
      if (row === undefined) return undefined
      const id = decrypt(
        secrets.version(row.key_encryption_version).release(),
        model,
        row.sealed_id,
      )
      return await findObject(db, { model, id_hash: row.id_hash }, id)
    },
    // The one statement that decides which of many gets it.
    consume: async (id) => {
      const [taken] = await db('oauth_objects')
        .where(key(id))
        .whereNull('consumed_at')
        .update({ consumed_at: db.fn.now() })
        .returning('grant_id')
      if (taken !== undefined) return
      const row = await db('oauth_objects').where(key(id)).first('grant_id')
      if (row?.grant_id) await endForReuse(parts, row.grant_id)
      throw library.graceless()
    },
    destroy: async (id) => void (await db('oauth_objects').where(key(id)).delete()),
    revokeByGrantId: async (grantId) => await endForReuse(parts, grantId),
  }
}

async function findObject(
  db: Knex,
  where: { readonly model: string; readonly id_hash: string },
  id: string,
): Promise<AdapterPayload | undefined> {
  const row:
    | { payload: AdapterPayload; grant_id: string | null; consumed_at: Date | null }
    | undefined = await db('oauth_objects').where(where).first('payload', 'grant_id', 'consumed_at')
  if (row === undefined) return undefined
  if (row.grant_id !== null && (await findLiveGrant(db, row.grant_id)) === undefined)
    return undefined
  return {
    ...row.payload,
    jti: id,
    ...(row.consumed_at !== null && { consumed: Math.floor(row.consumed_at.getTime() / 1000) }),
  }
}

/** The library's own session is ours under another name: found by its id, as long as ours is open (bind-session.ts). */
function createSessions(db: Knex): Partial<Adapter> {
  const model = 'Session'
  const find: Find = async (sid) => {
    const row: { payload: AdapterPayload } | undefined = await db('oauth_objects')
      .join('sessions', 'sessions.id', 'oauth_objects.id_hash')
      .join('users', 'users.id', 'sessions.user_id')
      .where({ model, id_hash: sid, 'sessions.status': 'ACTIVE', 'users.status': 'ACTIVE' })
      .whereRaw('sessions.expires_at > now() and sessions.idle_expires_at > now()')
      .first('payload')
    return row && { ...row.payload, jti: sid }
  }
  return {
    find,
    findByUid: find,
    // Its id changes at each step; ours stays.
    upsert: async (_id, payload, expiresIn) => {
      const { uid } = payload
      if (uid === undefined || payload.accountId === undefined) return
      await db('oauth_objects')
        .insert({
          model,
          id_hash: uid,
          payload: JSON.stringify(withoutId(payload)),
          expires_at: db.raw("now() + ? * interval '1 second'", [expiresIn ?? 0]),
        })
        .onConflict(['model', 'id_hash'])
        .merge(['payload', 'expires_at'])
    },
    destroy: nothing,
  }
}

async function findGrant(
  { db }: Pick<AuthDeps, 'db'>,
  id: string,
): Promise<AdapterPayload | undefined> {
  const grant = await findLiveGrant(db, id)
  return grant && grantPayload(grant)
}

async function findRefreshToken(db: Knex, id: string): Promise<AdapterPayload | undefined> {
  const found = await findFamily(db, id)
  if (found === null || !found.isUsable) return undefined
  return { ...(found.payload as AdapterPayload), jti: id, exp: found.expiresAt }
}

/** It repeats the secret that the row is found by. */
function withoutId({ jti: _, ...payload }: AdapterPayload): Omit<AdapterPayload, 'jti'> {
  return payload
}

/** A program gives back one token: those that it has beside it go on (RFC 7009). */
async function endToken({ deps, current }: StoreParts, jti: string): Promise<void> {
  const asked = current.get()?.token?.payload
  if (asked?.jti !== jti || asked.exp === undefined)
    throw new Error('another token was asked about')
  await revoke(deps.db, [{ kind: 'token', id: jti, expiresAt: asked.exp }])
}

async function endForReuse({ deps, library, current }: StoreParts, grantId: string): Promise<void> {
  const clientId = library.Provider.ctx?.oidc.client?.clientId
  await transact(deps.db, async (trx) => {
    await endGrants(trx, current.origin(), {
      reason: current.get()?.reason ?? 'reuse',
      actor: clientId === undefined ? { kind: 'anonymous' } : { kind: 'client', id: clientId },
      which: (query) => query.where('id', grantId),
    })
  })
}
