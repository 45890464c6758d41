// The operator's command line: `npm run sallyport -- <command>`.
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { createIdentitySigner } from '@sallyport/claims/seal'
import { readGatewayConfig } from '../gateway/config.ts'
import { developmentIdentityKeys } from '../gateway/identity-keys.ts'
import { openDatabase } from '../subgraphs/auth/auth.ts'
import { type AuthConfig, readAuthConfig } from '../subgraphs/auth/config.ts'
import { withDevelopmentSecrets } from '../subgraphs/auth/development-secrets.ts'
import { type CommandName, commands, isCommand } from '../subgraphs/auth/operator/commands.ts'
import { sendCommand } from '../subgraphs/auth/operator/socket.ts'
import { createHashThreads } from '../subgraphs/auth/passwords/hash-threads.ts'
import { createPasswordHasher } from '../subgraphs/auth/passwords/hasher.ts'

const HELP: Readonly<Record<CommandName | 'identity-token', string>> = {
  'create-admin': `create-admin --email <address>
  Makes an admin, or gives the role to the user who has the address.
  The password is read from SALLYPORT_PASSWORD, or asked for.`,
  'grant-role': `grant-role --email <address> --role <name>
  Gives a user a role; a role that does not exist yet is made.`,
  migrate: `migrate
  Brings the database to the newest schema. The server does so at its start as well.`,
  'rotate-keys': `rotate-keys [--compromised <kid>]
  Makes the next signing key. With --compromised that key stops verifying everywhere at once.`,
  'revoke-all': `revoke-all
  Ends every session and refuses every access token: after a restore, or a leak.`,
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
  Says what state the database, the signing keys, the outgoing mail, the events, the erasures and the audit trail are in.`,
  'identity-token': `identity-token --subgraph <name> [--role <name>]... [--user <id>]
  Prints an identity token of 60 seconds, to call a subgraph by hand. Development alone.`,
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
  console.log(await run(command, { ...args, ...password }))
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

function requireArguments(command: CommandName, args: object): void {
  const needed = {
    'create-admin': ['email'],
    'grant-role': ['email', 'role'],
    'events replay': ['since'],
    'grant-app-role': ['role'],
    'waive-receipt': ['erasure', 'subgraph'],
  } as Record<string, string[]>
  const missing = (needed[command] ?? []).filter((name) => !Object.hasOwn(args, name))
  if (missing.length === 0) return
  throw new Error(`Missing: ${missing.map((name) => `--${name}`).join(', ')}\n\n${HELP[command]}`)
}

/** Never an argument: other users of the machine can read those. */
async function readPassword(): Promise<string> {
  const given = process.env.SALLYPORT_PASSWORD
  if (given) return given
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question('Password for the admin: ')
  } finally {
    terminal.close()
  }
}

async function run(command: CommandName, args: object): Promise<string> {
  if (!isCommand(command)) throw new Error(`There is no command ${command}`)
  const config = readAuthConfig(withDevelopmentSecrets(process.env))
  if (config.databaseUrl === null) {
    const said = await sendCommand(config.dataDir, command, args)
    if (said !== null) return said
  }
  return await runHere(config, command, args)
}

async function runHere(config: AuthConfig, command: CommandName, args: object): Promise<string> {
  const database = await openDatabase(config)
  const threads = createHashThreads({ threads: 1 })
  try {
    await commands.migrate({ db: database.db, config, hasher: createHasher(config, threads) })
    return await commands[command](
      { db: database.db, config, hasher: createHasher(config, threads) },
      args,
    )
  } finally {
    await threads.stop()
    await database.stop()
  }
}

function createHasher(config: AuthConfig, threads: ReturnType<typeof createHashThreads>) {
  return createPasswordHasher({
    threads,
    pepper: config.secrets.passwordPepper,
    cost: config.passwordHashCost,
  })
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
