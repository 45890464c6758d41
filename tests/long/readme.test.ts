// The README as somebody follows it: `npm start`, then its commands in a shell, to the letter but for port and codes.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../free-ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-readme-'))
const log = join(folder, 'terminal.log')
let port: number
let started: ChildProcess

beforeAll(async () => {
  const [free = 0, auth, reviews, admin] = await freePorts(4)
  port = free
  const terminal = openSync(log, 'a')
  started = spawn('npm', ['start'], {
    detached: true,
    stdio: ['ignore', terminal, terminal],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DATA_DIR: join(folder, 'data'),
      PORT: String(port),
      AUTH_PORT: String(auth),
      REVIEWS_PORT: String(reviews),
      ADMIN_PORT: String(admin),
    },
  })
  for (let waited = 0; !readFileSync(log, 'utf8').includes('Sallyport is up'); waited += 100) {
    if (waited > 60_000) throw new Error(`it did not start:\n${readFileSync(log, 'utf8')}`)
    await sleep(100)
  }
})
afterAll(async () => {
  const closed = once(started, 'close')
  // As Ctrl-C in a terminal: to everything that `npm start` began.
  process.kill(-(started.pid ?? 0), 'SIGINT')
  await closed
  rmSync(folder, { recursive: true, force: true })
})

test('the walk with curl leads from nothing to a signed-in query and a call with an API key', () => {
  const readme = readFileSync('README.md', 'utf8')
  const part = readme.slice(readme.indexOf('### With curl'), readme.indexOf('## The tree'))
  const blocks = [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  let codes = 0
  const script = blocks.map((block) => {
    if (!block.includes('12345678')) return block
    codes += 1
    return block.replace('12345678', `$(code ${codes})`)
  })
  expect(codes).toBe(2)
  // A person reads the terminal; this waits for the nth code in it.
  const code = `code() { for i in $(seq 100); do found=$(grep -o 'code: [0-9]\\{8\\}' '${log}' | sed -n "$1p" | cut -c7-); [ -n "$found" ] && break; sleep 0.1; done; echo "$found"; }`
  const commands = [code, ...script].join('\n').replaceAll('localhost:4000', `localhost:${port}`)
  const answers = execFileSync('bash', ['-eu', '-c', commands], { encoding: 'utf8' })
  expect(answers).toContain(
    '"viewer":{"kind":"USER","user":{"email":"you@example.com","roles":["user"]}}',
  )
  expect(answers).toContain('"verifyApiKey":{"name":"nightly import","status":"ACTIVE"}')
  expect(answers).toContain('"viewer":{"kind":"API_KEY","apiKey":{"name":"nightly import"}')
  expect(answers).not.toContain('errors')
})
