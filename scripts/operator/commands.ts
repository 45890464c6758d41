// The operator's commands: one entry each. What they need is loaded when they run, so that --help answers at once.
import type { CommandName } from '../../subgraphs/auth/operator/commands.ts'
import { accessCommands } from '../access/commands.ts'
import type { Command, Given, Outcome } from './command.ts'

const email = { value: '<address>', isRequired: true } as const
const name = { value: '<name>', isRequired: true } as const

export const commands = {
  'create-admin': {
    help: `Makes an admin, or gives the role to the user who has the address.
The password is read from SALLYPORT_PASSWORD, or asked for.`,
    options: { email },
    run: async (given) => {
      const { readPassword } = await import('./read-password.ts')
      return await runInAuth('create-admin', { ...given, password: await readPassword() })
    },
  },
  'grant-role': {
    help: 'Gives a user a role; a role that does not exist yet is made.',
    options: { email, role: name },
    run: (given) => runInAuth('grant-role', given),
  },
  'revoke-role': {
    help: 'Takes a role from a user. The last admin stays.',
    options: { email, role: name },
    run: (given) => runInAuth('revoke-role', given),
  },
  'reset-factors': {
    help: 'Removes the further factors and recovery codes of a user who has lost them, ends their sessions, and mails them.',
    options: { email },
    run: (given) => runInAuth('reset-factors', given),
  },
  anomalies: {
    help: 'Says how many sign-ins were unusual since then, of each kind, and what the settings did or would have done.',
    options: { since: { value: '<time>', isRequired: true } },
    run: (given) => runInAuth('anomalies', given),
  },
  'import-users': {
    help: `Takes users of another system, one JSON object a line: id, email, emailVerified, otherEmails, passwordHash (bcrypt),
fullName, displayName, roles, status, customClaims, createdAt; all but email may be absent. Says which lines it
refused and why. Run it again, and only what is new is taken. --dry-run changes nothing.`,
    options: { file: { value: '<users.jsonl>', isRequired: true }, 'dry-run': {} },
    run: async (given) => {
      const { importFile } = await import('./import-users.ts')
      return await withOperator((operator) =>
        importFile(operator, {
          path: String(given.file),
          isDryRun: given['dry-run'] === true,
          tell: (line) => console.error(line),
        }),
      )
    },
  },
  migrate: {
    help: "Brings auth's database to the newest schema. The server does so at its start as well.",
    options: {},
    run: () => runInAuth('migrate'),
  },
  'rotate-keys': {
    help: 'Makes the next signing key. With --compromised that key stops verifying everywhere at once.',
    options: { compromised: { value: '<kid>' } },
    run: (given) => runInAuth('rotate-keys', given),
  },
  'revoke-all': {
    help: 'Ends every session, refuses every access token and forgets known devices: after a restore, or a leak.',
    options: {},
    run: () => runInAuth('revoke-all'),
  },
  'clear-address-rules': {
    help: 'Removes the address rules that admins made, for when they shut everybody out.',
    options: {},
    run: () => runInAuth('clear-address-rules'),
  },
  'events replay': {
    help: 'Sends events again that happened since then. Consumers recognise those that they have applied.',
    options: {
      since: { value: '<time>', isRequired: true },
      until: { value: '<time>' },
      user: { value: '<id>' },
      type: { value: '<type>' },
    },
    run: (given) => runInAuth('events replay', given),
  },
  'waive-receipt': {
    help: 'Closes what a subgraph was asked that is gone for good, with its data.',
    options: { erasure: { value: '<id>', isRequired: true }, subgraph: name },
    run: (given) => runInAuth('waive-receipt', given),
  },
  'verify-audit': {
    help: `Goes through the audit trail and fails when a record was changed, removed or cut off.
A checkpoint from an old log line also finds a trail that was written anew.`,
    options: { checkpoint: { value: '<month:position:hash>' } },
    run: (given) => runInAuth('verify-audit', given),
  },
  'prune-audit': {
    help: 'Drops months of audit records past AUDIT_RETENTION_MONTHS. Auth does so by itself where it owns the tables.',
    options: {},
    run: () => runInAuth('prune-audit'),
  },
  'grant-app-role': {
    help: `Gives a database role what auth needs to run, and no right to change audit records.
Run it as the owner of the tables, after each migration.`,
    options: { role: name },
    run: (given) => runInAuth('grant-app-role', given),
  },
  doctor: {
    help: `Looks at the database, the keys and secrets, the outgoing mail, the events, the erasures, the audit trail, clocks,
proxies, NATS, Redis and the disk, and says what is wrong. With --json for programs. Exit code 1: something does not work.`,
    options: { json: {} },
    run: async (given) => {
      const { doctor } = await import('./doctor.ts')
      return await doctor(given)
    },
  },
  'mail preview': {
    help: `Shows mails as they would leave, in the terminal or as files, with the texts of MAIL_TEMPLATES in place.
With --out their templates are written too.`,
    options: {
      template: { value: '<name>' },
      language: { value: '<language>' },
      out: { value: '<folder>' },
    },
    run: async (given) => {
      const { previewMails } = await import('./preview-mails.ts')
      return { said: await previewMails(given), isComplete: true }
    },
  },
  ...accessCommands,
  'identity-token': {
    help: 'Prints an identity token of 60 seconds, to call a subgraph by hand. Development only.',
    options: {
      subgraph: name,
      role: { value: '<name>', isRepeated: true },
      user: { value: '<id>' },
    },
    run: async (given) => {
      const { makeIdentityToken } = await import('./identity-token.ts')
      return { said: await makeIdentityToken(given), isComplete: true }
    },
  },
} satisfies Record<CommandName, Command> & Record<string, Command>

async function runInAuth(command: CommandName, given: Given = {}): Promise<Outcome> {
  const said = await withOperator((operator) => operator.run(command, given))
  return { said, isComplete: true }
}

async function withOperator<T>(
  work: (operator: import('./connect.ts').Operator) => Promise<T>,
): Promise<T> {
  const { connectOperator } = await import('./connect.ts')
  const operator = await connectOperator()
  try {
    return await work(operator)
  } finally {
    await operator.close()
  }
}
