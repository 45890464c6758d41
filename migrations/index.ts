// The auth subgraph's migrations, in the order in which they run. A release only ever appends to this list.
import type { Knex } from 'knex'
import * as initial from './0001-initial.ts'
import * as emails from './0002-emails.ts'
import * as devices from './0003-devices.ts'
import * as throttles from './0004-throttles.ts'
import * as administration from './0005-administration.ts'
import * as addressRules from './0006-address-rules.ts'
import * as eventRelay from './0010-event-relay.ts'
import * as erasure from './0011-erasure.ts'
import * as auditTrail from './0012-audit-trail.ts'
import * as revocationTransactions from './0020-revocation-transactions.ts'
import * as earlierTurns from './0021-earlier-turns.ts'
import * as apiKeySecrets from './0022-api-key-secrets.ts'
import * as pendingApiKeys from './0023-pending-api-keys.ts'
import * as proofBefore from './0030-proof-before.ts'
import * as mailedCodes from './0031-mailed-codes.ts'
import * as challenges from './0040-challenges.ts'
import * as furtherFactors from './0041-further-factors.ts'
import * as recoveryCodes from './0042-recovery-codes.ts'
import * as apiKeyBindings from './0060-api-key-bindings.ts'
import * as furtherMethods from './0061-further-methods.ts'
import * as webhooks from './0070-webhooks.ts'
import * as sessionsByFactors from './0071-sessions-by-factors.ts'
import * as requiredFactors from './0080-required-factors.ts'
import * as passkeys from './0081-passkeys.ts'
import * as rememberedDevices from './0082-remembered-devices.ts'
import * as linkedIdentities from './0090-linked-identities.ts'
import * as signInPlaces from './0091-sign-in-places.ts'
import * as oauthClients from './0100-oauth-clients.ts'
import * as oauthGrants from './0101-oauth-grants.ts'
import * as oauthDevices from './0102-oauth-devices.ts'
import * as oauthLogouts from './0103-oauth-logouts.ts'
import * as oauthDocuments from './0104-oauth-documents.ts'
import * as sessionLineage from './0120-session-lineage.ts'
import * as oauthRefusals from './0123-oauth-refusals.ts'
import * as revokedTokens from './0124-revoked-tokens.ts'
import * as scopesByResource from './0125-scopes-by-resource.ts'
import * as locatedAt from './0126-located-at.ts'
import * as clientsFile from './0127-clients-file.ts'
import * as logoutsAtExpiry from './0128-logouts-at-expiry.ts'

export interface Migration {
  readonly name: string
  up(db: Knex): Promise<void>
}

export const migrations: readonly Migration[] = [
  { name: '0001-initial', up: initial.up },
  { name: '0002-emails', up: emails.up },
  { name: '0003-devices', up: devices.up },
  { name: '0004-throttles', up: throttles.up },
  { name: '0005-administration', up: administration.up },
  { name: '0006-address-rules', up: addressRules.up },
  { name: '0010-event-relay', up: eventRelay.up },
  { name: '0011-erasure', up: erasure.up },
  { name: '0012-audit-trail', up: auditTrail.up },
  { name: '0020-revocation-transactions', up: revocationTransactions.up },
  { name: '0021-earlier-turns', up: earlierTurns.up },
  { name: '0022-api-key-secrets', up: apiKeySecrets.up },
  { name: '0023-pending-api-keys', up: pendingApiKeys.up },
  { name: '0030-proof-before', up: proofBefore.up },
  { name: '0031-mailed-codes', up: mailedCodes.up },
  { name: '0040-challenges', up: challenges.up },
  { name: '0041-further-factors', up: furtherFactors.up },
  { name: '0042-recovery-codes', up: recoveryCodes.up },
  { name: '0060-api-key-bindings', up: apiKeyBindings.up },
  { name: '0061-further-methods', up: furtherMethods.up },
  { name: '0070-webhooks', up: webhooks.up },
  { name: '0071-sessions-by-factors', up: sessionsByFactors.up },
  { name: '0080-required-factors', up: requiredFactors.up },
  { name: '0081-passkeys', up: passkeys.up },
  { name: '0082-remembered-devices', up: rememberedDevices.up },
  { name: '0090-linked-identities', up: linkedIdentities.up },
  { name: '0091-sign-in-places', up: signInPlaces.up },
  { name: '0100-oauth-clients', up: oauthClients.up },
  { name: '0101-oauth-grants', up: oauthGrants.up },
  { name: '0102-oauth-devices', up: oauthDevices.up },
  { name: '0103-oauth-logouts', up: oauthLogouts.up },
  { name: '0104-oauth-documents', up: oauthDocuments.up },
  { name: '0120-session-lineage', up: sessionLineage.up },
  { name: '0123-oauth-refusals', up: oauthRefusals.up },
  { name: '0124-revoked-tokens', up: revokedTokens.up },
  { name: '0125-scopes-by-resource', up: scopesByResource.up },
  { name: '0126-located-at', up: locatedAt.up },
  { name: '0127-clients-file', up: clientsFile.up },
  { name: '0128-logouts-at-expiry', up: logoutsAtExpiry.up },
]

/** In order. */
export const migrationNames: readonly string[] = migrations.map(({ name }) => name)

/** Any fixed number serves, as long as no other program uses it for an advisory lock on this database. */
const MIGRATION_LOCK = 7_255_001

/**
 * Brings the database to the newest schema. Two migrators at once are safe: the second waits and finds nothing to do.
 * @returns the names of the migrations that ran now
 */
export async function migrate(db: Knex): Promise<string[]> {
  // A role without the right to change the schema may still start on one that is new enough.
  if (await isUpToDate(db)) return []
  return await db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
    const [, names] = await trx.migrate.latest({
      tableName: 'auth_migrations',
      disableTransactions: true,
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({ up: migration.up, down: refuseDown }),
      },
    })
    return names as string[]
  })
}

async function isUpToDate(db: Knex): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { found: string | null }[] }>(
    "select to_regclass('auth_migrations') as found",
  )
  if (rows[0]?.found == null) return false
  const done: string[] = await db('auth_migrations').pluck('name')
  return migrations.every(({ name }) => done.includes(name))
}

async function refuseDown(): Promise<void> {
  throw new Error('Migrations only go forward: restore a backup instead (docs/operators.md)')
}
