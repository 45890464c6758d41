// Log lines that wait to be written together: all of them arrive, in order, however the process ends.
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const buffer = resolve(import.meta.dirname, '../../platform/log-buffer.ts')

/** Runs this code in a process of its own, beside a buffer of its standard output. */
async function outputOf(code: string, options: { readAfterMs?: number } = {}) {
  const script = `import { createLogBuffer } from ${JSON.stringify(buffer)}\nconst log = createLogBuffer(1)\n${code}`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((done) => child.once('close', done))
  await new Promise((done) => setTimeout(done, options.readAfterMs ?? 0))
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  await ended
  return Buffer.concat(chunks).toString().split('\n').filter(Boolean)
}

const manyLines =
  'for (let line = 0; line < 20000; line += 1) log.write(JSON.stringify({ line, ü: "ü" }) + "\\n")'

test.each([
  ['by itself', ''],
  ['with process.exit', 'process.exit(0)'],
  ['after a while', 'setTimeout(() => undefined, 300)'],
  ['with an error', 'process.on("uncaughtException", () => process.exit(1)); throw new Error("x")'],
])('a process that ends %s leaves no line behind', async (_, end) => {
  const lines = await outputOf(`${manyLines}\n${end}`)
  const found = new Set(lines.map((line) => (JSON.parse(line) as { line: number }).line))
  expect(found.size).toBe(20_000)
})

test('a reader that comes late gets every line once it reads, in order', async () => {
  const lines = await outputOf(`${manyLines}\nsetTimeout(() => undefined, 1500)`, {
    readAfterMs: 700,
  })
  expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual(
    Array.from({ length: 20_000 }, (_, line) => line),
  )
})

test('blocks of which each character has three bytes arrive whole', async () => {
  const wide =
    'for (let line = 0; line < 3000; line += 1) log.write(JSON.stringify({ line, wide: "€".repeat(40) }) + "\\n")'
  const lines = await outputOf(`${wide}\nsetTimeout(() => undefined, 300)`)
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(
    Array.from({ length: 3000 }, (_, line) => ({ line, wide: '€'.repeat(40) })),
  )
})

test('lines that nobody reads are dropped beyond a bound, and counted', async () => {
  const flood = 'for (let n = 0; n < 30; n += 1) log.write("x".repeat(1024 * 1024) + "\\n")'
  const lines = await outputOf(`${flood}\nsetTimeout(() => undefined, 1200)`)
  const last = lines.at(-1) ?? ''
  expect(JSON.parse(last)).toMatchObject({ level: 40, dropped: expect.any(Number) })
  expect(lines.length).toBeLessThan(31)
})
