// The operator's command line: `npm run sallyport -- <command>`.
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { createIdentitySigner } from '@sallyport/claims/seal'
import { readGatewayConfig } from '../gateway/config.ts'
import { developmentIdentityKeys } from '../gateway/identity-keys.ts'
import type { CommandName } from '../subgraphs/auth/operator/commands.ts'
import { connectOperator, type Operator } from './operator/connect.ts'
import { importFile } from './operator/import-users.ts'

const HELP: Readonly<Record<CommandName | 'identity-token', string>> = {
  'create-admin': `create-admin --email <address>
  Makes an admin, or gives the role to the user who has the address.
  The password is read from SALLYPORT_PASSWORD, or asked for.`,
  'grant-role': `grant-role --email <address> --role <name>
  Gives a user a role; a role that does not exist yet is made.`,
  'revoke-role': `revoke-role --email <address> --role <name>
  Takes a role from a user. The last admin stays.`,
  'import-users': `import-users --file <users.jsonl> [--dry-run]
  Takes users of another system, one JSON object a line: id, email, emailVerified, otherEmails, passwordHash (bcrypt),
  fullName, displayName, roles, status, customClaims, createdAt; all but email may be absent. Says which lines it
  refused and why. Run it again, and only what is new is taken. --dry-run changes nothing.`,
  migrate: `migrate
  Brings the database to the newest schema. The server does so at its start as well.`,
  'rotate-keys': `rotate-keys [--compromised <kid>]
  Makes the next signing key. With --compromised that key stops verifying everywhere at once.`,
  'revoke-all': `revoke-all
  Ends every session, refuses every access token and forgets known devices: after a restore, or a leak.`,
  'clear-address-rules': `clear-address-rules
  Removes the address rules that admins made, for when they shut everybody out.`,
  'events replay': `events replay --since <time> [--until <time>] [--user <id>] [--type <type>]
  Sends events again that happened since then. Consumers recognise those that they have applied.`,
  'waive-receipt': `waive-receipt --erasure <id> --subgraph <name>
  Closes what a subgraph was asked that is gone for good, with its data.`,
  'verify-audit': `verify-audit [--checkpoint <month:position:hash>]
  Goes through the audit trail and fails when a record was changed, removed or cut off.
  A checkpoint from an old log line also finds a trail that was written anew.`,
  'prune-audit': `prune-audit
  Drops months of audit records past AUDIT_RETENTION_MONTHS. Auth does so by itself where it owns the tables.`,
  'grant-app-role': `grant-app-role --role <name>
  Gives a database role what auth needs to run, and no right to change audit records. Run it as the owner, after each migration.`,
  doctor: `doctor
  Says what state the database, the signing keys, the outgoing mail, the events, the erasures and the audit trail are in, and what looks wrong.`,
  'identity-token': `identity-token --subgraph <name> [--role <name>]... [--user <id>]
  Prints an identity token of 60 seconds, to call a subgraph by hand. Development alone.`,
}

const REQUIRED: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  'create-admin': ['email'],
  'grant-role': ['email', 'role'],
  'revoke-role': ['email', 'role'],
  'import-users': ['file'],
  'events replay': ['since'],
  'grant-app-role': ['role'],
  'waive-receipt': ['erasure', 'subgraph'],
}

if (existsSync('.env')) process.loadEnvFile()
try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(argv: readonly string[]): Promise<void> {
  const { name, rest } = splitCommand(argv)
  if (name === '--help' || name === 'help') return console.log(usage())
  if (!Object.hasOwn(HELP, name)) throw new Error(`There is no command "${name}".\n\n${usage()}`)
  const command = name as keyof typeof HELP
  const { values } = parseArgs({
    args: [...rest],
    options: {
      help: { type: 'boolean' },
      email: { type: 'string' },
      role: { type: 'string', multiple: true },
      compromised: { type: 'string' },
      subgraph: { type: 'string' },
      user: { type: 'string' },
      file: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      since: { type: 'string' },
      until: { type: 'string' },
      type: { type: 'string' },
      checkpoint: { type: 'string' },
      erasure: { type: 'string' },
    },
  })
  if (values.help) return console.log(HELP[command])
  if (command === 'identity-token') return await printIdentityToken(values)
  const { help: _, role, ...given } = values
  const args = { ...given, ...(role?.[0] === undefined ? {} : { role: role[0] }) }
  requireArguments(command, args)
  const password = command === 'create-admin' ? { password: await readPassword() } : {}
  const operator = await connectOperator()
  try {
    if (command === 'import-users') await importUsers(operator, values)
    else console.log(await operator.run(command, { ...args, ...password }))
  } finally {
    await operator.close()
  }
}

async function importUsers(
  operator: Operator,
  values: { readonly file?: string; readonly 'dry-run': boolean },
): Promise<void> {
  const { said, isComplete } = await importFile(operator, {
    path: values.file ?? '',
    isDryRun: values['dry-run'],
    tell: (line) => console.error(line),
  })
  console.log(said)
  if (!isComplete) process.exitCode = 1
}

/** A command is one word or, as `events replay`, two. */
function splitCommand([first = '--help', second, ...rest]: readonly string[]): {
  name: string
  rest: readonly string[]
} {
  const pair = `${first} ${second}`
  if (Object.hasOwn(HELP, pair)) return { name: pair, rest }
  return { name: first, rest: second === undefined ? rest : [second, ...rest] }
}

function usage(): string {
  return `Usage: npm run sallyport -- <command> [--help]\n\n${Object.values(HELP).join('\n\n')}`
}

function requireArguments(command: CommandName, given: object): void {
  const missing = (REQUIRED[command] ?? []).filter((name) => !Object.hasOwn(given, name))
  if (missing.length === 0) return
  throw new Error(`Missing: ${missing.map((name) => `--${name}`).join(', ')}\n\n${HELP[command]}`)
}

/** Never an argument: other users of the machine can read those. Nor shown as it is typed. */
async function readPassword(): Promise<string> {
  const given = process.env.SALLYPORT_PASSWORD
  if (given) return given
  // On a terminal readline does the echo itself, and writes it where nobody sees it.
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({
    input: process.stdin,
    output: unseen,
    terminal: process.stdin.isTTY,
  })
  try {
    process.stderr.write('Password for the admin: ')
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

async function printIdentityToken(values: {
  readonly subgraph?: string
  readonly role?: readonly string[]
  readonly user?: string
}): Promise<void> {
  if (values.subgraph === undefined)
    throw new Error(`Missing: --subgraph\n\n${HELP['identity-token']}`)
  const config = readGatewayConfig(process.env)
  if (config.isProduction) throw new Error('identity-token is for development alone')
  const keys = config.identityKeys?.release() ?? (await developmentIdentityKeys(config.dataDir))
  const signer = await createIdentitySigner({ keys, issuer: config.publicUrl })
  const claims =
    values.role === undefined && values.user === undefined
      ? ({ kind: 'anonymous' } as const)
      : {
          kind: 'user' as const,
          sub: values.user ?? 'usr_development',
          roles: [...(values.role ?? [])],
        }
  console.log(await signer.sign(values.subgraph, claims))
}
