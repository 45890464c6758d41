// The pages that say which test proves what: every number is there, and every proof they name exists and runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const FILE = /`([\w/-]+(?:\.test)?\.ts)`/
const NAMED = new RegExp(`${FILE.source}((?: "[^"]*")*)`, 'g')

const numbers = (prefix: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`)

const rows = [
  ...numbers('G', 1, 18),
  ...numbers('S', 1, 7),
  ...numbers('K', 1, 4),
  ...numbers('A', 1, 10),
  ...numbers('O', 0, 4),
  ...numbers('D', 0, 7),
]

/** Lines that claim something, by what they claim it for. */
function claimsOf(page: string): Map<string, string> {
  const claims = new Map<string, string>()
  for (const line of readFileSync(`tests/${page}`, 'utf8').split('\n')) {
    for (const key of keysOf(line)) {
      if (claims.has(key)) throw new Error(`${page} tells ${key} twice`)
      claims.set(key, line)
    }
  }
  return claims
}

function keysOf(line: string): string[] {
  const row = /^\| ([A-Z]\d+) \|/.exec(line)?.[1]
  if (row !== undefined) return [row]
  const rule = /^- rule (\d+) /.exec(line)?.[1]
  if (rule !== undefined) return [`rule ${rule}`]
  const [, first, joint, last] = /^- (\d+)(?:( to |, )(\d+))?:? /.exec(line) ?? []
  if (first === undefined) return []
  if (joint === ' to ') return numbers('case ', Number(first), Number(last))
  return [first, last].flatMap((number) => (number === undefined ? [] : [`case ${number}`]))
}

/** Titles that tests of this file have: the first argument of a call. */
function hasTitle(file: string, title: string): boolean {
  const code = readFileSync(`tests/${file}`, 'utf8')
  return ["'", '"', '`'].some((quote) =>
    [`(${quote}${title}${quote},`, `(\n${quote}${title}${quote},`].some((call) =>
      code.replaceAll(/\n\s+/g, '\n').includes(call),
    ),
  )
}

describe.each([
  ['MISSION.md', rows],
  ['CASES.md', [...numbers('case ', 1, 190), ...numbers('rule ', 1, 25)]],
])('tests/%s', (page, expected) => {
  const claims = claimsOf(page)

  test('has a line for every number, and no other', () => {
    expect([...claims.keys()].sort()).toEqual([...expected].sort())
  })

  test('names a proof in each line, or says what it waits for', () => {
    const empty = [...claims].filter(
      ([, line]) => !/not yet|waits? for/.test(line) && !FILE.test(line),
    )
    expect(empty.map(([key]) => key)).toEqual([])
  })

  test('names tests that are there', () => {
    const missing: string[] = []
    let proofs = 0
    for (const line of new Set(claims.values())) {
      for (const [, file = '', titles = ''] of line.matchAll(NAMED)) {
        proofs += 1
        if (!existsSync(`tests/${file}`)) missing.push(file)
        else
          for (const [, title = ''] of titles.matchAll(/"([^"]*)"/g))
            if (!hasTitle(file, title)) missing.push(`${file}: ${title}`)
      }
    }
    expect(missing).toEqual([])
    expect(proofs).toBeGreaterThan(rows.length)
  })
})

test('nothing in the suite is skipped, singled out or left for later', () => {
  const files = readdirSync('tests', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && !file.includes('node_modules'),
  )
  expect(files.length).toBeGreaterThan(80)
  const stray = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b/
  const found = files.filter((file) => {
    const code = readFileSync(`tests/${file}`, 'utf8')
    return stray.test(code) || /\b(?:context|ctx)\.skip\(|\bx(?:it|test|describe)\(/.test(code)
  })
  expect(found).toEqual([])
})
