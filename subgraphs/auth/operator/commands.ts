// What an operator may do from the command line. Each command says what it did.
import type { Knex } from 'knex'
import { z } from 'zod'
import { migrate } from '../../../migrations/index.ts'
import { parseDay, parseTime } from '../../../platform/time.ts'
import { createAdmin } from '../administration/create-admin.ts'
import { importUsers } from '../administration/import-users.ts'
import { resetFactorsByEmail } from '../administration/reset-factors-by-email.ts'
import { revokeAll } from '../administration/revoke-all.ts'
import { countAnomalies } from '../anomalies/count-anomalies.ts'
import { grantAppRole } from '../audit/app-role.ts'
import { formatCheckpoint, parseCheckpoint } from '../audit/chain.ts'
import { pruneAudit } from '../audit/months.ts'
import { verifyAudit } from '../audit/verify.ts'
import type { AuthConfig } from '../config.ts'
import { transact } from '../core/database.ts'
import { replayEvents } from '../core/events/replay.ts'
import { type EventType, eventTypes } from '../core/events/types.ts'
import { waiveReceipt } from '../erasure/waive-receipt.ts'
import type { PasswordHasher } from '../factors/password/hasher.ts'
import { ROLE_NAME } from '../roles/role.ts'
import { grantRoleByEmail, revokeRoleByEmail } from '../roles/roles-by-email.ts'
import { rotateKeys } from '../tokens/rotate-keys.ts'
import { examine } from './doctor/examine.ts'
import { describeFindings } from './doctor/finding.ts'

export interface OperatorDeps {
  readonly db: Knex
  readonly config: AuthConfig
  readonly hasher: PasswordHasher
}

export type Command = (deps: OperatorDeps, args: unknown) => Promise<string>

const adminArgs = z.object({ email: z.string(), password: z.string() })
const roleArgs = z.object({
  email: z.string(),
  role: z
    .string()
    .regex(
      ROLE_NAME,
      'a role name has lower-case letters, digits, ":", "_" and "-", begins with a letter and is at most 50 long, as content-editor',
    ),
})
const emailArgs = z.object({ email: z.string() })
const importArgs = z.object({
  lines: z.array(z.string().max(65_536)).max(1_000),
  firstLine: z.number().int().min(1),
  isDryRun: z.boolean(),
})
const time = z.string().transform((text, context) => {
  const parsed = parseTime(text) ?? parseDay(text)
  if (parsed !== null) return parsed
  context.addIssue(
    `"${text}" is not a time: it reads as 2026-01-31T12:00:00Z, or 2026-01-31 for midnight in UTC`,
  )
  return z.NEVER
})
const replayArgs = z
  .object({
    since: time,
    until: time.optional(),
    user: z.string().optional(),
    type: z
      .enum(Object.keys(eventTypes) as EventType[], {
        error: ({ input }) =>
          `there is no event of type "${input}"; the types are ${Object.keys(eventTypes).join(', ')}`,
      })
      .optional(),
  })
  .refine(({ since, until }) => until === undefined || since < until, {
    path: ['until'],
    message: 'must be later than --since',
  })
const sinceArgs = z.object({ since: time })
const waiveArgs = z.object({ erasure: z.string().max(128), subgraph: z.string().max(63) })
const checkpointArgs = z.object({ checkpoint: z.string().optional() })
const appRoleArgs = z.object({ role: z.string().min(1).max(63) })
const doctorArgs = z.object({ json: z.boolean().optional() })
const keyArgs = z.object({ compromised: z.string().optional() })

export const commands = {
  'create-admin': async (deps, args) => {
    const { user, isNew } = await createAdmin(deps, parseArgs(adminArgs, args))
    return isNew
      ? `Created the admin ${user.email} (${user.id}).`
      : `${user.email} (${user.id}) had an account already: it is an admin now, with the password it had.`
  },
  'grant-role': async (deps, args) => {
    const { email, role } = parseArgs(roleArgs, args)
    const { user, isNew } = await transact(deps.db, (trx) => grantRoleByEmail(trx, { email, role }))
    return isNew
      ? `${user.email} has the role ${role} now; tokens made before are stale.`
      : `${user.email} had the role ${role} already.`
  },
  'revoke-role': async (deps, args) => {
    const { email, role } = parseArgs(roleArgs, args)
    const { user, hadIt } = await transact(deps.db, (trx) =>
      revokeRoleByEmail(trx, { email, role }),
    )
    return hadIt
      ? `${user.email} no longer has the role ${role}; tokens made before are stale.`
      : `${user.email} did not have the role ${role}.`
  },
  'reset-factors': async (deps, args) => {
    const { email } = parseArgs(emailArgs, args)
    const { user, hadAny } = await transact(deps.db, (trx) => resetFactorsByEmail(trx, email))
    return hadAny
      ? `${user.email} has no further factor and no recovery code any more; every session has ended.`
      : `${user.email} had no further factor.`
  },
  anomalies: async ({ db, config }, args) => {
    const { since } = parseArgs(sinceArgs, args)
    return await countAnomalies(db, config.anomalies.actions, since)
  },
  /** A batch of lines; what it says is an ImportReport as JSON. */
  'import-users': async (deps, args) =>
    JSON.stringify(await importUsers(deps, parseArgs(importArgs, args))),
  'rotate-keys': async (deps, args) => {
    const { compromised } = parseArgs(keyArgs, args)
    const { created, activated } = await rotateKeys(deps.db, {
      signingKeyDays: deps.config.signingKeyDays,
      keyEncryptionKey: deps.config.secrets.keyEncryptionKey,
      // Where a key is withdrawn another signs at once: a further one would only wait.
      isForced: compromised === undefined,
      ...(compromised === undefined ? {} : { compromisedKid: compromised }),
    })
    return describeRotation({ created, activated, compromised })
  },
  'revoke-all': async ({ db }) => {
    const { sessions, users } = await revokeAll(db)
    return `Ended ${sessions} sessions of ${users} users; every access token is refused within a second.`
  },
  'events replay': async ({ db, config }, args) => {
    const { since, until, user, type } = parseArgs(replayArgs, args)
    const count = await replayEvents(db, {
      since,
      ...(until === undefined ? {} : { until }),
      ...(user === undefined ? {} : { userId: user }),
      ...(type === undefined ? {} : { type }),
    })
    if (count === 0) {
      return `No event that was sent matches; events are kept for ${config.eventsRetentionDays} days.`
    }
    return `Opened ${count} events again: they leave in order, with the ids they had. Events are kept for ${config.eventsRetentionDays} days.`
  },
  'waive-receipt': async ({ db }, args) => {
    const { erasure, subgraph } = parseArgs(waiveArgs, args)
    await waiveReceipt(db, { erasureId: erasure, subgraph })
    return `${erasure} waits for ${subgraph} no longer. The record says that an operator decided so.`
  },
  'verify-audit': async (deps, args) => await examineAudit(deps, parseArgs(checkpointArgs, args)),
  'prune-audit': async ({ db, config }) => {
    const months = await pruneAudit(db, config.auditRetentionMonths)
    return months.length === 0
      ? `No month is past its retention of ${config.auditRetentionMonths} months.`
      : `Dropped ${months.map((month) => month.slice(0, 7)).join(', ')}.`
  },
  'grant-app-role': async ({ db }, args) => {
    const { role } = parseArgs(appRoleArgs, args)
    await grantAppRole(db, role)
    return `${role} can run auth now, and can neither change nor remove audit records. Run this again after each migration.`
  },
  migrate: async ({ db }) => {
    const names = await migrate(db)
    return names.length === 0 ? 'The database is up to date.' : `Ran: ${names.join(', ')}.`
  },
  'clear-address-rules': async ({ db }) => {
    const count = await db('address_rules').delete()
    return `Removed ${count} address rules; those of the settings stay.`
  },
  /** With `json` an array of Finding. */
  doctor: async (deps, args: unknown = {}) => {
    const { json } = parseArgs(doctorArgs, args)
    const findings = await examine(deps)
    return json === true ? JSON.stringify(findings) : describeFindings(findings)
  },
} satisfies Record<string, Command>

export type CommandName = keyof typeof commands

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/** @throws Error with one line for each argument that is wrong */
function parseArgs<T>(schema: z.ZodType<T>, args: unknown): T {
  const parsed = schema.safeParse(args)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  throw new Error(issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'))
}

function describeRotation(rotation: {
  readonly created: readonly string[]
  readonly activated: readonly string[]
  readonly compromised: string | undefined
}): string {
  const { created, activated, compromised } = rotation
  const waiting = created.filter((kid) => !activated.includes(kid))
  return [
    ...(compromised === undefined ? [] : [`Withdrew ${compromised}: no gateway accepts it.`]),
    ...activated.map(
      (kid) => `${created.includes(kid) ? `Made the key ${kid}; it` : kid} signs from now on.`,
    ),
    ...waiting.map((kid) => `Made the key ${kid}; it is published now and signs in two minutes.`),
    ...(compromised !== undefined && activated.length === 0
      ? ['The signing key is the one it was.']
      : []),
    ...(compromised === undefined && created.length + activated.length === 0
      ? ['A next key was waiting already; it signs in two minutes at the latest.']
      : []),
  ].join('\n')
}

/** @throws Error when the trail is not whole */
async function examineAudit(
  { db, config }: OperatorDeps,
  { checkpoint }: { readonly checkpoint?: string | undefined },
): Promise<string> {
  const { records, erasedParts, unchained, head, problems } = await verifyAudit(db, {
    retentionMonths: config.auditRetentionMonths,
    ...(checkpoint === undefined ? {} : { checkpoint: parseCheckpoint(checkpoint) }),
  })
  if (problems.length > 0) {
    throw new Error(`The audit trail is not whole:\n- ${problems.join('\n- ')}`)
  }
  const stands = head === null ? '' : ` It stands at ${formatCheckpoint(head)}.`
  return `The audit trail is whole: ${records} records in the chain, ${unchained} on their way, ${erasedParts} parts erased with their person.${stands}`
}
