// Writes down when each long file last passed, from start to end and without a selection of its tests: `last-passed.json`, which is committed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

const FILE = 'tests/long/last-passed.json'

interface Passed {
  readonly commit: string
  readonly date: string
  readonly node: string
  readonly seconds: number
  /** The same in hashes of 64 MB on that machine at that time, so that two machines can be compared. */
  readonly hashes: number
}

type LastPassed = Readonly<Record<string, Passed>>

export function createLastPassed(): Reporter {
  return { onTestRunEnd: record }
}

function record(modules: readonly TestModule[], _: unknown, reason: TestRunEndReason): void {
  const passed = reason === 'interrupted' ? [] : modules.filter(isWholeAndPassed)
  if (passed.length === 0) return
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
  const commit = `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? ' with changes' : ''}`
  const date = new Date().toISOString().slice(0, 10)
  const hashSeconds = measureHash()
  const entries = passed.map((module): [string, Passed] => {
    const seconds = Math.ceil(module.diagnostic().duration / 1000)
    const hashes = Math.round(seconds / hashSeconds)
    const file = relative('tests/long', module.moduleId)
    return [file, { commit, date, node: process.version, seconds, hashes }]
  })
  const all = { ...readLastPassed(), ...Object.fromEntries(entries) }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`)
}

function readLastPassed(): LastPassed {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
}

function isWholeAndPassed(module: TestModule): boolean {
  const tests = [...module.children.allTests()]
  return tests.length > 0 && tests.every((test) => test.result().state === 'passed')
}

function measureHash(): number {
  const megabytes = Buffer.alloc(64 * 1024 * 1024)
  const start = performance.now()
  createHash('sha256').update(megabytes).digest()
  return (performance.now() - start) / 1000
}
