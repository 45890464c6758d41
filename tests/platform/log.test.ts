// The one log: every line has the same form, whatever was thrown, printed or sent.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLog } from '../../platform/log.ts'
import { safeText } from '../../platform/redact.ts'

const root = resolve(import.meta.dirname, '../..')

function recorded(level = 'trace') {
  const lines: string[] = []
  const log = createLog({
    part: 'reviews',
    level,
    destination: { write: (line) => lines.push(line) },
  })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') }
}

test('a line says when, how bad, who and what', () => {
  const { log, last } = recorded()
  log.warn({ requestId: 'r1' }, 'hello')
  expect(last()).toEqual({
    level: 40,
    time: expect.any(Number),
    part: 'reviews',
    requestId: 'r1',
    msg: 'hello',
  })
})

describe('an error', () => {
  test('keeps type, code, message, frames and causes, and nothing that a library hung on it', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      client: { password: 'hunter2' },
      bindings: ['ada@example.com'],
    })
    const { log, last } = recorded()
    log.error({ err: new TypeError('it broke', { cause }) }, 'x')
    expect(last().err).toEqual({
      type: 'TypeError',
      message: 'it broke',
      stack: expect.stringMatching(/^at /),
      cause: {
        type: 'Error',
        code: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED',
        stack: expect.any(String),
      },
    })
  })

  test('is one bounded line, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ maxLength: 5000 }), (thing, text) => {
        const { log, lines } = recorded()
        const error = Object.assign(new Error(text.repeat(4)), { cause: thing, extra: text })
        for (const err of [thing, error]) log.error({ err }, text)
        for (const line of lines) {
          expect(line.length).toBeLessThan(80_000)
          expect(line.indexOf('\n')).toBe(line.length - 1)
          expect(JSON.parse(line)).toMatchObject({ level: 50, part: 'reviews' })
        }
      }),
    )
  })
})

describe('secrets', () => {
  test.each([
    ['postgresql://auth:hunter2@db/auth', 'hunter2'],
    ['Authorization: Bearer hunter2', 'hunter2'],
    ['no key for eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.hunter2', 'hunter2'],
    ['srt_hunter2 is over', 'hunter2'],
    ['ort_family.secret.hunter2 is over', 'hunter2'],
    ['grant_type=x&client_secret=hunter2', 'hunter2'],
    ['found {newPassword: "correct hunter2"}', 'hunter2'],
    ['{ "accessToken" : "hunter2" }', 'hunter2'],
    [JSON.stringify({ said: JSON.stringify({ password: 'correct hunter2' }) }), 'hunter2'],
    ['sps_live_hunter2', 'hunter2'],
    ['{"password":"hunter2"}', 'hunter2'],
    ['?api_key=hunter2&x=1', 'hunter2'],
  ])('%s loses what is secret in a message and in an error', (text, secret) => {
    const { log, lines } = recorded()
    log.error({ err: new Error(text, { cause: text }) }, text)
    expect(lines.join('')).not.toContain(secret)
  })

  test.each([
    'postgresql://auth:correct-hunter2@db/auth',
    'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2lnbmF0dXJl',
  ])('no part of %s is left wherever a text is cut', (secret) => {
    const shown = Array.from({ length: secret.length }, (_, index) =>
      safeText(`${'x'.repeat(100 - index)} ${secret} and what follows it`, 100),
    )
    for (const text of shown) {
      expect(text.length).toBeLessThanOrEqual(101)
      expect(text).not.toMatch(/auth:|eyJ/)
    }
  })

  test.each(['password', 'secret', 'token', 'refreshToken', 'authorization', 'variables'])(
    'a field called %s is not written, alone or inside of an object',
    (name) => {
      const { log, lines } = recorded()
      log.info({ [name]: 'hunter2', input: { [name]: 'hunter2' } }, 'x')
      expect(lines.join('')).not.toContain('hunter2')
    },
  )

  test.each(['eyJ', '://', 'bearer ', 'token=', 'srt_', 'a-eyJ.'])(
    'text that is full of %s costs no more than other text',
    (part) => {
      const text = part.repeat(200_000)
      // The best of five: a busy machine may stop any one of them.
      const times = [1, 2, 3, 4, 5].map(() => {
        const startedAt = performance.now()
        safeText(text, 400_000)
        return performance.now() - startedAt
      })
      expect(Math.min(...times)).toBeLessThan(500)
    },
  )
})

describe('a process of its own', () => {
  /** Runs this code in a process that has a log; what it printed, parsed, and its exit code. */
  function run(code: string) {
    const script = `
      import { createLog } from ${JSON.stringify(`${root}/platform/log.ts`)}
      import { exitUnstarted, logProcess } from ${JSON.stringify(`${root}/platform/process-log.ts`)}
      const log = createLog({ part: 'auth', level: 'info' })
      logProcess(log)
      ${code}`
    return endOf(['--input-type=module', '-e', script])
  }

  async function endOf(args: string[], env: Record<string, string> = {}) {
    const all = [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      ...args,
    ]
    const child = spawn(process.execPath, all, { env: { PATH: process.env.PATH, ...env } })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk
    })
    const exitCode = await new Promise((done) => child.once('close', done))
    const lines = output.split('\n').filter(Boolean)
    return { exitCode, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
  }

  test.each([
    ['an error that nobody catches', 'setTimeout(() => { throw new Error("lost\\nlost") })', 60, 1],
    ['a rejection that nobody handles', 'void Promise.reject({ huge: "x".repeat(1e5) })', 60, 1],
    ['a warning of node', 'process.emitWarning("careful\\ncareful")', 40, 0],
    ['what a library prints', 'console.warn("deprecated\\n%s", "thing", { a: 1 })', 40, 0],
    ['a start that fails', 'exitUnstarted("auth", new Error("no\\nway"))', 60, 1],
    ['a wrong setting', 'exitUnstarted("auth", "The auth subgraph cannot start:\\n- PORT")', 60, 1],
  ])('%s is one line of the log', async (_, code, level, exitCode) => {
    const ended = await run(code)
    expect(ended.lines).toEqual([expect.objectContaining({ level, part: 'auth' })])
    expect(JSON.stringify(ended.lines).length).toBeLessThan(5000)
    expect(ended.exitCode).toBe(exitCode)
  })

  test('what somebody has to set is the message, and has no stack', async () => {
    const { lines } = await run(`
      const { SetupError } = await import(${JSON.stringify(`${root}/platform/setup-error.ts`)})
      exitUnstarted('auth', new SetupError('set it'))`)
    expect(lines).toEqual([expect.objectContaining({ msg: 'set it' })])
    expect(lines[0]).not.toHaveProperty('err')
  })

  test('reviews in production, while PostgreSQL is unavailable, says so in a few lines of its log', async () => {
    const { exitCode, lines } = await endOf(['subgraphs/reviews/main.ts'], {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://graph.example.com',
      REVIEWS_PORT: '0',
      REVIEWS_DATABASE_URL: 'postgresql://reviews:hunter2@127.0.0.1:9/reviews',
    })
    expect(exitCode).toBe(1)
    expect(lines.length).toBeLessThanOrEqual(3)
    for (const line of lines) expect(line).toMatchObject({ part: 'reviews' })
    expect(lines.at(-1)).toMatchObject({
      level: 60,
      err: {
        message: expect.stringMatching(/^REVIEWS_DATABASE_URL .* cannot be reached/),
        cause: { code: 'ECONNREFUSED' },
      },
    })
    expect(JSON.stringify(lines)).not.toContain('hunter2')
  })
})
