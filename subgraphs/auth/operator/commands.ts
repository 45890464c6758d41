// What an operator may do from the command line. Each command says what it did.
import type { Knex } from 'knex'
import { z } from 'zod'
import { migrate } from '../../../migrations/index.ts'
import type { AuthConfig } from '../config.ts'
import { type ForwardingNote, findForwardingNote } from '../networks/note-forwarding.ts'
import type { PasswordHasher } from '../passwords/hasher.ts'
import { ROLE_NAME } from '../roles/role.ts'
import { grantRoleByEmail, revokeRoleByEmail } from '../roles/roles-by-email.ts'
import { revokeAll } from '../sessions/revoke-all.ts'
import { rotateKeys } from '../tokens/rotate-keys.ts'
import { createAdmin } from '../users/create-admin.ts'
import { importUsers } from '../users/import-users.ts'

export interface OperatorDeps {
  readonly db: Knex
  readonly config: AuthConfig
  readonly hasher: PasswordHasher
}

export type Command = (deps: OperatorDeps, args: unknown) => Promise<string>

const adminArgs = z.object({ email: z.string(), password: z.string() })
const roleArgs = z.object({ email: z.string(), role: z.string().regex(ROLE_NAME) })
const importArgs = z.object({
  lines: z.array(z.string().max(65_536)).max(1_000),
  firstLine: z.number().int().min(1),
  isDryRun: z.boolean(),
})
const keyArgs = z.object({ compromised: z.string().optional() })

export const commands = {
  'create-admin': async (deps, args) => {
    const { user, isNew } = await createAdmin(deps, adminArgs.parse(args))
    return isNew
      ? `Created the admin ${user.email} (${user.id}).`
      : `${user.email} (${user.id}) had an account already: it is an admin now, with the password it had.`
  },
  'grant-role': async (deps, args) => {
    const { email, role } = roleArgs.parse(args)
    const { user, isNew } = await deps.db.transaction((trx) =>
      grantRoleByEmail(trx, { email, role }),
    )
    return isNew
      ? `${user.email} has the role ${role} now; tokens made before are stale.`
      : `${user.email} had the role ${role} already.`
  },
  'revoke-role': async (deps, args) => {
    const { email, role } = roleArgs.parse(args)
    const { user, hadIt } = await deps.db.transaction((trx) =>
      revokeRoleByEmail(trx, { email, role }),
    )
    return hadIt
      ? `${user.email} no longer has the role ${role}; tokens made before are stale.`
      : `${user.email} did not have the role ${role}.`
  },
  /** A batch of lines; what it says is an ImportReport as JSON. */
  'import-users': async (deps, args) =>
    JSON.stringify(await importUsers(deps, importArgs.parse(args))),
  'rotate-keys': async (deps, args) => {
    const { compromised } = keyArgs.parse(args)
    const { created, activated } = await rotateKeys(deps.db, {
      signingKeyDays: deps.config.signingKeyDays,
      keyEncryptionKey: deps.config.secrets.keyEncryptionKey,
      isForced: true,
      ...(compromised === undefined ? {} : { compromisedKid: compromised }),
    })
    return describeRotation({ created, activated, compromised })
  },
  'revoke-all': async ({ db }) => {
    const { sessions, users } = await revokeAll(db)
    return `Ended ${sessions} sessions of ${users} users; every access token is refused within a second.`
  },
  migrate: async ({ db }) => {
    const names = await migrate(db)
    return names.length === 0 ? 'The database is up to date.' : `Ran: ${names.join(', ')}.`
  },
  'clear-address-rules': async ({ db }) => {
    const count = await db('address_rules').delete()
    return `Removed ${count} address rules; those of the settings stay.`
  },
  doctor: async (deps) => await examine(deps),
} satisfies Record<string, Command>

export type CommandName = keyof typeof commands

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

function describeRotation(rotation: {
  readonly created: readonly string[]
  readonly activated: readonly string[]
  readonly compromised: string | undefined
}): string {
  const lines = rotation.created.map((kid) =>
    rotation.activated.includes(kid)
      ? `Made the key ${kid}; it signs from now on.`
      : `Made the key ${kid}; it is published now and signs in two minutes.`,
  )
  if (rotation.compromised)
    lines.unshift(`Withdrew ${rotation.compromised}: no gateway accepts it.`)
  return lines.length === 0 ? 'A next key was waiting already.' : lines.join('\n')
}

async function examine({ db, config }: OperatorDeps): Promise<string> {
  const { rows } = await db.raw<{ rows: { version: string }[] }>(
    "select current_setting('server_version') as version",
  )
  const { rows: mail } = await db.raw<{ rows: { waiting: string; oldest: string | null }[] }>(
    'select count(*) as waiting, extract(epoch from now() - min(created_at)) as oldest from mail_outbox',
  )
  const key = await db('signing_keys').where('status', 'active').first('kid', 'activated_at')
  return [
    `database: PostgreSQL ${rows[0]?.version ?? 'unknown'}${config.databaseUrl === null ? ' (embedded)' : ''}`,
    `signing key: ${key === undefined ? 'none' : `${key.kid}, since ${key.activated_at.toISOString()}`}`,
    `mail waiting: ${mail[0]?.waiting ?? 0}${mail[0]?.oldest ? `, the oldest for ${Math.round(Number(mail[0].oldest))} s` : ''}`,
    `public address: ${config.publicUrl}`,
    `attempts are counted in: ${config.redisUrl === null ? 'PostgreSQL' : 'Redis, and PostgreSQL while it is away'}`,
    ...describeForwarding(await findForwardingNote(db)),
  ].join('\n')
}

function describeForwarding(note: ForwardingNote | null): string[] {
  if (note === null) return []
  return [
    `WARNING: ${note.peer} sends forwarding headers and is not in TRUSTED_PROXIES (last seen ${note.seenAt.toISOString()}). ` +
      'If that is your proxy, list it: until then all its clients count as one address.',
  ]
}
