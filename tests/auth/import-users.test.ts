// Users of another system come with their ids and bcrypt hashes; what cannot be taken is named, and nothing is taken twice.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bcrypt from 'bcrypt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '../../scripts/operator/import-users.ts'
import { type Command, commands } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, VERIFY, viewerOf } from '../people.ts'

let stack: Stack
let folder: string

beforeAll(async () => {
  // What an import's hashes cost is compared with what those made here do.
  stack = await startStack({ env: { SESSION_VERIFICATION: 'always', PASSWORD_HASH_COST: '10' } })
  folder = mkdtempSync(join(tmpdir(), 'sallyport-import-'))
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function importLines(lines: readonly (object | string)[], isDryRun = false) {
  const path = join(folder, 'users.jsonl')
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  writeFileSync(path, `${text.join('\n')}\n`)
  const told: string[] = []
  const [auth] = stack.auths
  const operator = {
    run: async (name: keyof typeof commands, args: object) => {
      if (auth === undefined) throw new Error('no auth instance')
      const command: Command = commands[name]
      return await command(auth.deps, args)
    },
    close: async () => {},
  }
  const result = await importFile(operator, { path, isDryRun, tell: (line) => told.push(line) })
  return { ...result, told }
}

async function signIn(email: string, password: string) {
  const begun = await stack.client.send(LOGIN, { input: { email, password } })
  if (begun.code !== undefined) return begun
  const code = await stack.mailbox.takeCode(email)
  const verificationId = begun.data.login.verification.id
  return await stack.client.send(VERIFY, { input: { verificationId, code } })
}

test('an imported user keeps id and password; the first login hashes it anew, and mail proves the address', async () => {
  const email = newEmail()
  const password = 'old system pass phrase'
  const passwordHash = bcrypt.hashSync(password, 5).replace('$2b$', '$2y$')
  const id = `legacy|${email}`
  const imported = await importLines([
    {
      id,
      email,
      passwordHash,
      fullName: 'Ada',
      roles: ['user'],
      customClaims: { plan: 'team' },
      createdAt: '2020-02-03T04:05:06Z',
    },
  ])
  expect(imported.said).toBe('Imported 1 users; 0 were there already; 0 lines were refused.')
  const before = await stack.db('users').where('id', id).first()
  expect(before).toMatchObject({ email_verified: false, full_name: 'Ada' })
  expect(before.created_at.toISOString()).toBe('2020-02-03T04:05:06.000Z')

  expect((await signIn(email, 'not the password')).code).toBe('INVALID_CREDENTIALS')
  const entered = await signIn(email, password)
  const { accessToken } = entered.data.verifySession.tokens
  expect((await viewerOf(stack.client, accessToken)).data.viewer.user.id).toBe(id)
  const after = await stack.db('users').where('id', id).first()
  expect(after.password_hash).toMatch(/^\$2b\$10\$/)
  expect(after).toMatchObject({ password_pepper_version: 1, email_verified: true })
  expect((await signIn(email, password)).data.verifySession.__typename).toBe('SignedIn')
  const events = await stack.db('outbox_events').where({ user_id: id, type: 'user.registered' })
  expect(events).toHaveLength(1)
})

test('running it again takes what is new alone', async () => {
  const people = [newEmail(), newEmail(), newEmail()].map((email) => ({ id: `x-${email}`, email }))
  expect((await importLines(people.slice(0, 2))).said).toContain('Imported 2 users')
  const again = await importLines(people)
  expect(again.said).toBe('Imported 1 users; 2 were there already; 0 lines were refused.')
  expect(again.isComplete).toBe(true)
})

test('each refused line is named with its reason, and takes no other with it', async () => {
  const [taken, good, other] = [newEmail(), newEmail(), newEmail()]
  const held = `taken-${crypto.randomUUID()}`
  await importLines([{ id: held, email: taken }])
  const result = await importLines([
    'not json',
    { id: 'a', email: 'no address' },
    { email: good },
    { id: 'b', email: taken.toUpperCase() },
    { id: held, email: other },
    { id: 'c', email: newEmail(), passwordHash: '$1$md5' },
    { id: 'd', email: newEmail(), passwordHash: `$2b$14$${'a'.repeat(53)}` },
    { id: 'e', email: newEmail(), roles: ['nobody-made-this'] },
    { id: 'f', email: newEmail(), pasword: 'typo' },
    { id: 'with space', email: newEmail() },
    { id: 'x'.repeat(129), email: newEmail() },
    '',
    { id: 'g', email: newEmail(), otherEmails: [taken] },
    { id: 'https://id.example/7', email: newEmail() },
    { id: 'x://', email: newEmail() },
  ])
  expect(result.isComplete).toBe(false)
  expect(result.said).toBe('Imported 1 users; 0 were there already; 13 lines were refused.')
  const reasons = Object.fromEntries(
    result.told.map((line) => [
      Number(/^line (\d+)/.exec(line)?.[1]),
      line.replace(/^line \d+: /, ''),
    ]),
  )
  expect(reasons[1]).toBe('is not JSON')
  expect(reasons[2]).toContain('"no address" is not an address')
  expect(reasons[4]).toContain(`belongs to the user ${held}`)
  expect(reasons[5]).toBe(`the id ${held} belongs to another address`)
  expect(reasons[6]).toBe('passwordHash is not a bcrypt hash')
  expect(reasons[7]).toBe('passwordHash has cost 14: raise PASSWORD_HASH_COST (10) first')
  expect(reasons[8]).toBe('there is no role "nobody-made-this"')
  expect(reasons[9]).toContain('pasword')
  expect(reasons[10]).toContain('printable')
  expect(reasons[13]).toContain(`${taken} is taken`)
  expect(reasons[14]).toContain('must not contain "://"')
  expect(reasons[15]).toContain('must not contain "://"')
  expect(JSON.stringify(result)).not.toContain('$2b$')
  expect(await stack.db('users').whereIn('id', ['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toEqual([])
})

test('a file that begins with a byte order mark is read', async () => {
  const { told, said } = await importLines([`\uFEFF${JSON.stringify({ email: newEmail() })}`])
  expect(told).toEqual([])
  expect(said).toContain('Imported 1 users')
})

test('a dry run says what would happen, and does nothing', async () => {
  const email = newEmail()
  const result = await importLines([{ id: `dry-${email}`, email }, 'broken'], true)
  expect(result.said).toBe('Would import 1 users; 0 were there already; 1 lines were refused.')
  expect(await stack.db('users').where('email', email)).toEqual([])
})

test('other verified addresses come along, and lead to the same account', async () => {
  const [first, second] = [newEmail(), newEmail()]
  const password = 'old system pass phrase'
  await importLines([
    {
      id: `two-${first}`,
      email: first,
      emailVerified: true,
      otherEmails: [second],
      passwordHash: bcrypt.hashSync(password, 5),
    },
  ])
  const entered = await signIn(second, password)
  expect(entered.data.verifySession.user).toEqual({ id: `two-${first}`, email: first })
})

test('who proves an imported primary address for the first time has the account alone', async () => {
  const [victims, attackers] = [newEmail(), newEmail()]
  const id = `claimed-${victims}`
  const password = 'old system pass phrase'
  await importLines([
    {
      id,
      email: victims,
      otherEmails: [attackers],
      passwordHash: bcrypt.hashSync(password, 5),
    },
  ])
  const entered = await signIn(attackers, password)
  expect(entered.data.verifySession.user.id).toBe(id)
  await stack.db('factors').insert({
    id: `fac_${id}`,
    user_id: id,
    kind: 'TOTP',
    session_id: 'ses_x',
    confirmed_at: stack.db.fn.now(),
  })
  await stack.db('api_keys').insert({
    id: `key_${id}`,
    user_id: id,
    name: 'k',
    key: id,
    status: 'ACTIVE',
    secret_hash: 'x',
    secret_pepper_version: 1,
  })

  const first = await resetByMail(victims, 'mine from now on')
  expect(first.errors).toEqual([])
  expect(await stack.db('user_emails').where('user_id', id).pluck('email')).toEqual([victims])
  expect(await stack.db('api_keys').where('user_id', id).pluck('status')).toEqual(['REVOKED'])
  expect(await stack.db('factors').where('user_id', id)).toEqual([])
  const actions = await stack.db('audit_events').where('user_id', id).pluck('action')
  expect(actions).toEqual(
    expect.arrayContaining([
      'email.removed',
      'api_key.revoked',
      'factor.removed',
      'password.reset',
    ]),
  )
  await stack.mailbox.takeAbout(attackers, 'was removed')

  // The next one proves nothing new: what the owner added meanwhile stays.
  const email = newEmail()
  await stack.db('user_emails').insert({
    id: `eml_${id}`,
    user_id: id,
    email,
    email_normalized: email,
    verified_at: stack.db.fn.now(),
  })
  await stack.db('throttles').delete()
  expect((await resetByMail(victims, 'mine once again')).errors).toEqual([])
  expect(await stack.db('user_emails').where('user_id', id)).toHaveLength(2)
})

async function resetByMail(email: string, newPassword: string) {
  const begun = await stack.client.send(
    'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
    { input: { email } },
  )
  const verificationId = begun.data.requestPasswordReset.id
  const input = { verificationId, code: await stack.mailbox.takeCode(email), newPassword }
  return await stack.client.send(
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
    { input },
  )
}
