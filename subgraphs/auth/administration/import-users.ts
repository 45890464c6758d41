// Users of another system, one JSON object a line: ids and bcrypt hashes stay. Run it again, and only what is new is taken.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { costOf } from '../factors/password/hasher.ts'
import { Role } from '../roles/role.ts'
import { createUser } from '../users/create-user.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import { type EmailAddress, tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, User } from '../users/user.ts'
import { insertEmail } from '../users/user-email.ts'

const name = z.string().trim().max(200).nullish()

/** Strict: a misspelt name would lose data without a word. */
const record = z.strictObject({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'must have 1 to 128 printable characters')
    // An issuer and its subject are written that way: an id of ours must never be read as somebody else's.
    .refine((id) => !id.includes('://'), 'must not contain "://"')
    .optional(),
  email: z.string(),
  emailVerified: z.boolean().default(false),
  /** Verified addresses beside `email`. */
  otherEmails: z.array(z.string()).max(9).default([]),
  /** bcrypt: `$2a$`, `$2b$` or `$2y$`. */
  passwordHash: z.string().nullish(),
  fullName: name,
  displayName: name,
  roles: z.array(z.string()).max(20).default(['user']),
  status: z.enum(['ACTIVE', 'SUSPENDED']).default('ACTIVE'),
  customClaims: customClaimsInput.optional(),
  createdAt: z.iso.datetime({ offset: true }).optional(),
})

type ImportedUser = z.infer<typeof record>

export interface ImportBatch {
  readonly lines: readonly string[]
  /** Number of the first line, for messages. */
  readonly firstLine: number
  /** Says what would happen, and does nothing. */
  readonly isDryRun: boolean
}

export interface ImportReport {
  imported: number
  /** Were there already, under the same id or address. */
  unchanged: number
  refused: { line: number; reason: string }[]
}

type Deps = Pick<AuthDeps, 'db' | 'config'>

/** Each user is a transaction of its own: one that is refused takes no other with it. */
export async function importUsers(deps: Deps, batch: ImportBatch): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, unchanged: 0, refused: [] }
  for (const [index, line] of batch.lines.entries()) {
    if (line.trim() === '') continue
    try {
      const isNew = await importLine(deps, line, batch.isDryRun)
      if (isNew) report.imported += 1
      else report.unchanged += 1
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      report.refused.push({ line: batch.firstLine + index, reason: error.message })
    }
  }
  return report
}

/** Why a line is not taken. It quotes no hash. */
class Refusal extends Error {}

async function importLine(deps: Deps, line: string, isDryRun: boolean): Promise<boolean> {
  const user = parseRecord(line)
  const email = parseAddress(user.email)
  const others = user.otherEmails.map(parseAddress)
  const password = parseHash(user.passwordHash ?? null, deps.config.passwordHashCost)
  await requireRoles(deps, user.roles)
  if (await isThere(deps, user.id, email)) return false
  for (const other of others) {
    if (await findUserByEmail(deps.db, other)) throw new Refusal(`${other.address} is taken`)
  }
  if (isDryRun) return true
  await transact(deps.db, async (trx) => {
    const created = await createUser(trx, {
      ...(user.id !== undefined && { id: user.id }),
      email: email.address,
      emailNormalized: email.normalized,
      isEmailVerified: user.emailVerified,
      password,
      fullName: user.fullName || null,
      displayName: user.displayName || null,
      roles: user.roles,
      status: user.status,
      customClaims: user.customClaims ?? {},
      ...(user.createdAt !== undefined && { createdAt: new Date(user.createdAt) }),
    })
    if (created === null) throw new Refusal(`${email.address} was registered a moment ago`)
    for (const other of others) {
      const added = await insertEmail(trx, { userId: created.id, email: other, isVerified: true })
      if (added === null) throw new Refusal(`${other.address} is taken`)
    }
    await recordAudit(trx, null, {
      action: 'user.imported',
      actor: { kind: 'operator' },
      userId: created.id,
    })
  })
  return true
}

function parseRecord(line: string): ImportedUser {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Refusal('is not JSON')
  }
  const parsed = record.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  throw new Refusal(problems.join('; ').trim())
}

function parseAddress(text: string): EmailAddress {
  const email = tryParseEmail(text)
  if (email === null)
    throw new Refusal(`"${text.slice(0, 100)}" is not an address that mail can be sent to`)
  return email
}

/** A dearer hash than ours would tell by its time that the account exists, and block a hashing thread. */
function parseHash(hash: string | null, maxCost: number) {
  if (hash === null) return null
  const cost = costOf(hash)
  if (cost === null) throw new Refusal('passwordHash is not a bcrypt hash')
  if (cost > maxCost) {
    throw new Refusal(`passwordHash has cost ${cost}: raise PASSWORD_HASH_COST (${maxCost}) first`)
  }
  return { hash: hash.replace(/^\$2y\$/, '$2b$'), pepperVersion: 0 }
}

async function requireRoles({ db }: Deps, roles: readonly string[]): Promise<void> {
  const known = await Role.query(db).findByIds([...roles])
  const unknown = roles.find((role) => !known.some(({ name }) => name === role))
  if (unknown !== undefined) throw new Refusal(`there is no role "${unknown.slice(0, 50)}"`)
}

/** @throws Refusal when id or address belong to somebody else */
async function isThere(
  { db }: Deps,
  id: string | undefined,
  email: EmailAddress,
): Promise<boolean> {
  const byEmail = await findUserByEmail(db, email)
  const byId = id === undefined ? byEmail : await User.query(db).findById(id)
  if (byEmail === undefined && byId === undefined) return false
  if (byEmail !== undefined && byEmail.id === byId?.id) return true
  throw new Refusal(
    byEmail === undefined
      ? `the id ${id} belongs to another address`
      : `${email.address} belongs to the user ${byEmail.id}`,
  )
}
