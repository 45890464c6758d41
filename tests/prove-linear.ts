// Proves expressions linear with recheck (automata theory, and a search for attacks where that cannot decide).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { checkSync } from 'recheck'
import type { Expression } from './collect-expressions.ts'

const { version } = createRequire(import.meta.url)('recheck/package.json') as { version: string }
/** A proof takes up to some seconds, and holds for as long as the expression and the prover stay as they are. */
const PROVED_FILE = `node_modules/.cache/sallyport/linear-${version}.json`

/** One line for each expression that is not proved linear. */
export function proveLinear(expressions: readonly Expression[]): string[] {
  const proved = readProved()
  const problems: string[] = []
  for (const { source, flags, place } of expressions) {
    const literal = `/${source}/${flags}`
    if (proved.has(literal)) continue
    const verdict = checkSync(source, flags, { timeout: 60_000 })
    if (verdict.status === 'safe') proved.add(literal)
    else problems.push(`${place} ${literal} is ${describe(verdict)}`)
  }
  mkdirSync(dirname(PROVED_FILE), { recursive: true })
  writeFileSync(PROVED_FILE, JSON.stringify([...proved]))
  return problems
}

function describe(verdict: ReturnType<typeof checkSync>): string {
  if (verdict.status === 'safe') return 'linear'
  if (verdict.status === 'unknown') return `undecided (${verdict.error.kind})`
  return `${verdict.complexity.summary}, for example on ${verdict.attack.pattern}`
}

function readProved(): Set<string> {
  try {
    return new Set(JSON.parse(readFileSync(PROVED_FILE, 'utf8')) as string[])
  } catch {
    return new Set()
  }
}
