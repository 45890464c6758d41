// Two gateways in one process do not meet: neither's line, deadlines, limits nor end touches the other.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createAdmission } from '../../gateway/admission.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const admission = createAdmission()
let busy: Stack
let idle: Stack
beforeAll(async () => {
  busy = await startGateway({ deps: { admission }, limits: { executionTimeoutMs: 300 } })
  idle = await startGateway()
})
afterAll(async () => {
  await idle[Symbol.asyncDispose]()
})

test('a line before one of them holds nobody up at the other', async () => {
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  const keepBusy = () => {
    if (isOver) return
    admission.countTakenIn(1_000_000)
    setImmediate(keepBusy)
  }
  keepBusy()
  const waiting = busy.send('{ __typename }')
  for (let round = 0; round < 5; round += 1) {
    expect((await idle.send('{ hello }')).status).toBe(200)
  }
  await expect.poll(admission.longestWaitMs).toBeGreaterThan(400)
  isOver = true
  // Its time was over while it stood in line.
  expect((await waiting).status).toBe(503)
})

test('one that ends leaves the other all that it has', async () => {
  idle.auth.switches.delayMs = 300
  const underWay = idle.send('{ hello }')
  await busy[Symbol.asyncDispose]()
  expect((await underWay).body.data).toEqual({ hello: 'hello' })
  idle.auth.switches.delayMs = 0
  expect((await idle.send('{ hello }')).status).toBe(200)
  await expect(fetch(busy.endpoint)).rejects.toThrow()
})

/** What a module keeps beside constants: variables, and collections that it fills. */
function stateOf(path: string): string[] {
  const { program } = parseSync(path, readFileSync(path, 'utf8'))
  return program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declared?.type !== 'VariableDeclaration') return []
    const isVariable = declared.kind !== 'const'
    return declared.declarations
      .filter(({ init }) => isVariable || isEmptyCollection(init))
      .map(({ id }) => `${path}: ${'name' in id ? id.name : '?'}`)
  })
}

function isEmptyCollection(init: unknown): boolean {
  const made = init as { type?: string; callee?: { name?: string }; arguments?: unknown[] } | null
  if (made?.type !== 'NewExpression') return false
  const isCollection = /^(Weak)?(Map|Set)$/.test(made.callee?.name ?? '')
  return isCollection && made.arguments?.length === 0
}

test('no module of the gateway keeps state', () => {
  const files = readdirSync('gateway', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('gateway', name))
  expect(files.length).toBeGreaterThan(100)
  expect(files.flatMap(stateOf)).toEqual([])
})
