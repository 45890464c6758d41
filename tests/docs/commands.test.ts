// The commands of the pages as somebody follows them: `npm start`, then each in a shell, to the letter but for port and codes.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGatewayConfig } from '../../gateway/config.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { freePorts } from '../free-ports.ts'
import { example, examplesOf } from './examples.ts'
import { NPX } from './npx.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-commands-'))
const log = join(folder, 'terminal.log')
let port: number
let env: Record<string, string>
let started: ChildProcess

beforeAll(async () => {
  const [free = 0, auth, reviews, admin] = await freePorts(4)
  port = free
  const terminal = openSync(log, 'a')
  env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATA_DIR: join(folder, 'data'),
    PORT: String(port),
    AUTH_PORT: String(auth),
    REVIEWS_PORT: String(reviews),
    ADMIN_PORT: String(admin),
  }
  started = spawn('npm', ['start'], { detached: true, stdio: ['ignore', terminal, terminal], env })
  for (let waited = 0; !readFileSync(log, 'utf8').includes('Sallyport is up'); waited += 100) {
    if (waited > 170_000 || started.exitCode !== null)
      throw new Error(`it did not start:\n${readFileSync(log, 'utf8')}`)
    await sleep(100)
  }
}, 180_000)
afterAll(async () => {
  const closed = once(started, 'close')
  // As Ctrl-C in a terminal: to everything that `npm start` began.
  process.kill(-(started.pid ?? 0), 'SIGINT')
  await closed
  rmSync(folder, { recursive: true, force: true })
})

function shell(commands: string, more: Readonly<Record<string, string>> = {}): string {
  return execFileSync('bash', ['-eu', '-c', NPX + commands], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...more },
  })
}

const shellExamples = (page: string, section: string): readonly string[] =>
  examplesOf(page)
    .filter((it) => it.section === section && it.language === 'sh')
    .map(({ code }) => code)

test('docs/first-steps.md: the walk with curl leads from nothing to a signed-in query and a call with an API key', () => {
  let codes = 0
  const script = shellExamples('docs/first-steps.md', 'With curl').map((block) => {
    if (!block.includes('12345678')) return block
    codes += 1
    return block.replace('12345678', `$(code ${codes})`)
  })
  expect(codes).toBe(2)
  // A person reads the terminal; this waits for the nth code in it.
  const code = `code() { for i in $(seq 100); do found=$(grep -o 'code: [0-9]\\{8\\}' '${log}' | sed -n "$1p" | cut -c7-); [ -n "$found" ] && break; sleep 0.1; done; echo "$found"; }`
  const answers = shell(
    [code, ...script].join('\n').replaceAll('localhost:4000', `localhost:${port}`),
  )
  expect(answers).toContain(
    '"viewer":{"kind":"USER","user":{"email":"you@example.com","roles":["user"]}}',
  )
  expect(answers).toContain('"verifyApiKey":{"name":"nightly import","status":"ACTIVE"}')
  expect(answers).toContain('"viewer":{"kind":"API_KEY","apiKey":{"name":"nightly import"}')
  expect(answers).not.toContain('errors')
})

test('docs/first-steps.md: an identity token, and the first admin', () => {
  expect(shell(example('docs/first-steps.md', 'A subgraph by hand', 'sh').code)).toMatch(
    /^eyJ[\w-]+\.[\w-]+\.[\w-]+\s*$/,
  )
  const [createAdmin = ''] = shellExamples('docs/first-steps.md', 'The first admin')
  expect(shell(createAdmin, { SALLYPORT_PASSWORD: 'a long pass phrase' })).toContain(
    'admin@example.com',
  )
})

test('docs/administration.md: the import reads the line that is shown', () => {
  const page = 'docs/administration.md'
  const line = example(page, 'Import', 'json').code.replace('$2b$10$…', `$2b$10$${'a'.repeat(53)}`)
  const users = join(folder, 'users.jsonl')
  writeFileSync(users, line)
  const answer = shell(example(page, 'Import', 'sh').code.replaceAll('users.jsonl', users))
  expect(answer).toMatch(/1 /)
})

describe('docs/operators.md', () => {
  test('the secrets that it makes are what production takes', () => {
    const [four = '', keys = ''] = shellExamples('docs/operators.md', 'Secrets')
    const made = Object.fromEntries(
      shell(four)
        .trim()
        .split('\n')
        .map((it) => it.split(/=(.*)/).slice(0, 2)),
    )
    const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://graph.example.com' }
    const mail = {
      SMTP_URL: 'smtp://localhost',
      MAIL_FROM: 'a@example.com',
      DATABASE_URL: 'postgresql://db/auth',
    }
    expect(Object.keys(made)).toHaveLength(4)
    expect(() => readAuthConfig({ ...production, ...mail, ...made })).not.toThrow()
    const graph = { AUTH_URL: 'http://auth/graphql', REVIEWS_URL: 'http://reviews/graphql' }
    expect(() =>
      readGatewayConfig({ ...production, ...graph, IDENTITY_KEYS: shell(keys).trim() }),
    ).not.toThrow()
    expect(() => readGatewayConfig({ ...production, ...graph })).toThrow('IDENTITY_KEYS')
  })

  test('keys rotate, one is withdrawn, and every session ends', async () => {
    const [rotate = '', compromised = ''] = shellExamples(
      'docs/operators.md',
      'Signing keys of access tokens',
    )
    expect(shell(rotate)).not.toBe('')
    const jwks = await (await fetch(`http://localhost:${port}/.well-known/jwks.json`)).json()
    const [{ kid }] = (jwks as { keys: [{ kid: string }] }).keys
    expect(shell(compromised.replace('<kid>', kid))).toContain(kid)
    const revokeAll = shellExamples('docs/operators.md', 'Backups').at(-1) ?? ''
    expect(shell(revokeAll)).not.toBe('')
  })
})

test('docs/audit.md: the trail is whole, and a checkpoint that is not one is refused', () => {
  const [verify = '', checkpoint = ''] = shellExamples('docs/audit.md', 'Whether it is whole')
  expect(shell(verify)).not.toBe('')
  expect(() => shell(`${checkpoint.trim()} 2>&1`)).toThrow(/checkpoint/)
})

test('docs/events.md: events are sent again', () => {
  expect(shell(example('docs/events.md', 'Operating it', 'sh').code)).not.toBe('')
})

test('docs/subgraphs.md: the package is packed as it says', () => {
  const [pack = '', install = ''] = shellExamples('docs/subgraphs.md', 'Start')
  const packed = shell(pack.replace('/tmp', folder))
  expect(packed).toContain('sallyport-claims-0.1.0.tgz')
  expect(install).toContain('/tmp/sallyport-claims-0.1.0.tgz')
  const listed = execFileSync('tar', ['-tzf', resolve(folder, 'sallyport-claims-0.1.0.tgz')], {
    encoding: 'utf8',
  })
  expect(listed).toContain('package/dist/rules.js')
})

test('docs/mails.md: mails are shown, and a template takes the place of a text', () => {
  const previews = join(folder, 'previews')
  const see = example('docs/mails.md', 'See them', 'sh').code.replace('previews', previews)
  expect(shell(see)).not.toBe('')
  expect(readdirSync(previews)).toContain('templates')
  const template = example('docs/mails.md', 'Texts of your own', 'liquid').code
  writeFileSync(join(previews, 'templates/password-reset.en.txt'), template)
  const [preview = ''] = see.split('\n')
  const shown = shell(preview.replace('--language de', '--language en'), {
    MAIL_TEMPLATES: join(previews, 'templates'),
  })
  expect(shown).toContain('or open this link within an hour')
})
