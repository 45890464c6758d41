// Makes the database say of clients what OAUTH_CLIENTS_FILE says, at each start. The file is the operator's word: no rank counts.
import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import { lock } from '../core/advisory-lock.ts'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { emitEvent } from '../core/events/emit.ts'
import { Client, findClient } from './client.ts'
import { type ClientShape, clientColumns } from './client-input.ts'
import type { FileClient } from './clients-file.ts'
import { outdatedBy } from './clients-file-version.ts'
import { removeClient } from './delete-client.ts'
import { auditOf } from './register-client.ts'
import { problemOfScopes } from './scopes.ts'
import { matchClientSecret, storeSecret, withoutPrevious, withPrevious } from './secret.ts'
import { shapeOf, writeClient } from './update-client.ts'

const OPERATOR = { kind: 'operator' } as const

/**
 * One that is no longer in the file is deleted. Without the setting nothing is said of clients, so none is taken away.
 * @throws Error for an id that was registered otherwise, and for scopes that the deployment does not have
 */
export async function syncFileClients(
  deps: Pick<AuthDeps, 'db' | 'config' | 'describedScopes' | 'log'>,
): Promise<void> {
  const { oauthClients: file } = deps.config
  if (file === null) return
  await transact(deps.db, async (trx) => {
    await lock(trx, 'fileClients')
    const outdated = await outdatedBy(trx, file)
    if (outdated !== null) {
      const versions = { version: file.version, readBefore: outdated }
      deps.log.warn(
        versions,
        'OAUTH_CLIENTS_FILE is older than one that was read before: it is left alone',
      )
      return
    }
    for (const wanted of file.clients) await syncOne(trx, deps, wanted)
    const gone: { id: string }[] = await trx('oauth_clients')
      .where('source', 'FILE')
      .whereNotIn(
        'id',
        file.clients.map(({ id }) => id),
      )
      .select('id')
    for (const { id } of gone) {
      await removeClient(trx, null, { id, actor: OPERATOR })
      await audit(trx, 'client.deleted', { clientId: id })
    }
  })
}

async function syncOne(
  trx: Knex,
  deps: Pick<AuthDeps, 'config' | 'describedScopes'>,
  wanted: FileClient,
): Promise<void> {
  const before = await findClient(trx, wanted.id, 'update')
  if (before !== undefined && before.source !== 'FILE') {
    throw new Error(`OAUTH_CLIENTS_FILE: a client ${wanted.id} was registered otherwise`)
  }
  const added = wanted.scopes.filter((scope) => before?.scopes.includes(scope) !== true)
  const problem = await problemOfScopes(trx, deps.describedScopes, added)
  if (problem !== null) throw new Error(`OAUTH_CLIENTS_FILE: ${wanted.id}: ${problem}`)
  if (before === undefined) return await insert(trx, wanted, deps.config)
  const { id: _, secret, secretOverlapSeconds, ...shape } = wanted
  if (!saysTheSame(shapeOf(before), shape)) {
    const after = await writeClient(trx, before, { shape, origin: null, actor: OPERATOR })
    await audit(trx, 'client.updated', auditOf(after))
    await emitEvent(trx, 'client.updated', after.id, { clientId: after.id })
  }
  if (secret === null) return
  await syncSecret(trx, deps.config, { before, secret: secret.release(), secretOverlapSeconds })
}

/** The database keeps the members of a key in an order of its own. */
function saysTheSame(one: ClientShape, other: ClientShape): boolean {
  const { jwks: _, ...columns } = clientColumns(one)
  const { jwks: __, ...wanted } = clientColumns(other)
  return isDeepStrictEqual([columns, one.jwks], [wanted, other.jwks])
}

interface FileSecret {
  readonly before: Client
  readonly secret: string
  readonly secretOverlapSeconds: number
}

/**
 * Another secret than the present one: that one works on for the overlap, as an instance of the settings before may be asked with it.
 * Where the client proved itself otherwise meanwhile, there is none that should.
 */
async function syncSecret(
  trx: Knex,
  { secrets: { apiKeyPepper: pepper } }: AuthDeps['config'],
  { before, secret, secretOverlapSeconds }: FileSecret,
): Promise<void> {
  const { id, secret_hash } = before
  const matched = await matchClientSecret(trx, pepper, { clientId: id, secret })
  if (matched === secret_hash && matched !== null) {
    return await shortenOverlap(trx, { id, secretOverlapSeconds })
  }
  await trx('oauth_clients')
    .where('id', id)
    .update({
      ...(before.hasSecret ? withPrevious(trx, secretOverlapSeconds) : withoutPrevious),
      ...storeSecret(secret, pepper),
      updated_at: trx.fn.now(),
    })
  await audit(trx, 'client.secret_rotated', { clientId: id })
  await emitEvent(trx, 'client.updated', id, { clientId: id })
}

/** A secret that leaked ends sooner than it was to when it was replaced. */
async function shortenOverlap(
  trx: Knex,
  { id, secretOverlapSeconds }: { readonly id: string; readonly secretOverlapSeconds: number },
): Promise<void> {
  const end = "now() + ? * interval '1 second'"
  const shortened = await trx('oauth_clients')
    .where('id', id)
    .whereRaw(`previous_expires_at > ${end}`, [secretOverlapSeconds])
    .update({ previous_expires_at: trx.raw(end, [secretOverlapSeconds]) })
  if (shortened > 0) await audit(trx, 'client.updated', { clientId: id })
}

async function insert(trx: Knex, wanted: FileClient, config: AuthDeps['config']): Promise<void> {
  const { id, secret, secretOverlapSeconds: _, ...shape } = wanted
  const [row] = await trx('oauth_clients')
    .insert({
      id,
      source: 'FILE',
      ...clientColumns(shape),
      ...(secret !== null && storeSecret(secret.release(), config.secrets.apiKeyPepper)),
    })
    .returning('*')
  await audit(trx, 'client.registered', auditOf(Client.fromDatabaseJson(row)))
  await emitEvent(trx, 'client.registered', id, { clientId: id })
}

async function audit(
  trx: Knex,
  action: string,
  kept: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordAudit(trx, null, { action, actor: OPERATOR, kept })
}
