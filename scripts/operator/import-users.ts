// `import-users`: reads the file in batches, tells how far it is, and says of every refused line why.

import type { ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { ImportReport } from '../../subgraphs/auth/administration/import-users.ts'
import type { Operator } from './connect.ts'

const BATCH = 500
const TOLD_EVERY = 5_000

export interface ImportFile {
  readonly path: string
  readonly isDryRun: boolean
  /** For a person who waits. */
  tell(line: string): void
}

/** @returns what was done, and whether every line was taken */
export async function importFile(
  operator: Operator,
  { path, isDryRun, tell }: ImportFile,
): Promise<{ said: string; isComplete: boolean }> {
  const total: ImportReport = { imported: 0, unchanged: 0, refused: [] }
  let lines: string[] = []
  let read = 0

  async function send(): Promise<void> {
    if (lines.length === 0) return
    const batch = { lines, firstLine: read - lines.length + 1, isDryRun }
    lines = []
    const report = JSON.parse(await operator.run('import-users', batch)) as ImportReport
    total.imported += report.imported
    total.unchanged += report.unchanged
    for (const refusal of report.refused) tell(`line ${refusal.line}: ${refusal.reason}`)
    total.refused.push(...report.refused)
    if (read % TOLD_EVERY === 0) tell(`${read} lines read`)
  }

  const file = await openFile(path)
  for await (const line of createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })) {
    // Programs for tables put a byte order mark first.
    lines.push(read === 0 ? line.replace(/^\uFEFF/, '') : line)
    read += 1
    if (lines.length === BATCH) await send()
  }
  await send()
  return { said: describe(total, isDryRun), isComplete: total.refused.length === 0 }
}

/** @throws Error that names the file and what is wrong with it */
async function openFile(path: string): Promise<ReadStream> {
  try {
    const file = await open(path)
    if ((await file.stat()).isFile()) return file.createReadStream()
    await file.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`--file: ${path} cannot be read (${code})`, { cause: error })
  }
  throw new Error(`--file: ${path} is not a file`)
}

function describe({ imported, unchanged, refused }: ImportReport, isDryRun: boolean): string {
  const done = isDryRun ? 'Would import' : 'Imported'
  return `${done} ${imported} users; ${unchanged} were there already; ${refused.length} lines were refused.`
}
