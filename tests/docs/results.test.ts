// What the docs say was measured was measured: there is a raw output for it, and it has the numbers.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const RAW = /`(tests\/bench\/results\/[^`]+)`/g

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((page) => page.endsWith('.md'))
    .map((page) => `docs/${page}`),
]

interface MeasuredTable {
  readonly page: string
  readonly rows: readonly string[]
  readonly files: readonly string[]
}

test('every raw output that the docs name is there, with its command and its machine', () => {
  const named = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(RAW)].map(([, file = '']) => file),
  )
  expect(named).not.toEqual([])
  for (const file of named) {
    expect(existsSync(file), file).toBe(true)
    const text = readFileSync(file, 'utf8')
    expect(text, file).toMatch(/^(command: |npx )/m)
    expect(text, file).toMatch(/cores? of |2 cores/)
  }
})

test('every number in a table of measurements is in the raw output below it', () => {
  const tables = pages.flatMap(measuredTables)
  expect(tables.length).toBeGreaterThan(1)
  for (const { page, rows, files } of tables) {
    const raw = new Set(files.flatMap((file) => numbersOf(readFileSync(file, 'utf8'))))
    const missing = rows.flatMap(numbersOf).filter((number) => !raw.has(number))
    expect(missing, `${page}: numbers that are not in ${files.join(', ')}`).toEqual([])
  }
})

/** Tables between two headings belong to the raw outputs that are named between them after "Raw:". */
function measuredTables(page: string): MeasuredTable[] {
  const sections = readFileSync(page, 'utf8').split(/^#+ /m)
  return sections.flatMap((section) => {
    const [line = ''] = /^Raw: .*$/m.exec(section) ?? []
    const files = [...line.matchAll(RAW)].map(([, file = '']) => file)
    if (files.length === 0) return []
    return tablesOf(section).map((rows) => ({ page, rows, files }))
  })
}

/** The rows below each table's head. */
function tablesOf(section: string): string[][] {
  return section.split('\n\n').flatMap((block) => {
    const [head, ruler, ...rows] = block.trim().split('\n')
    return head?.startsWith('|') && ruler?.startsWith('| ---') ? [rows] : []
  })
}

function numbersOf(text: string): string[] {
  return text.match(/\d+(?:\.\d+)?/g) ?? []
}
