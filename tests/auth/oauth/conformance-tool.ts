// The conformance tests of the Model Context Protocol for authorization servers, run as the program that they are.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

export interface ConformanceRun {
  readonly code: number
  readonly output: string
  readonly checks: readonly Check[]
}

// The program wants `fs.globSync`, for what is not asked of it here: Node 20 has none.
const withoutGlob = `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(\`
export async function resolve(name, context, next) {
  if (name !== 'fs' || !context.parentURL?.includes('/@modelcontextprotocol/conformance/')) return next(name, context)
  const url = 'data:text/javascript,export * from "node:fs"; export const globSync = undefined'
  return { url, shortCircuit: true }
}\`))`

/** @param visit the person at the browser: takes the address that the program shows, and ends at the callback */
export async function runConformance(
  args: Readonly<Record<string, string>>,
  visit: (url: string) => Promise<void>,
): Promise<ConformanceRun> {
  const results = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    const flags = Object.entries({ ...args, 'output-dir': results }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ])
    const loader = `data:text/javascript,${encodeURIComponent(withoutGlob)}`
    const child = spawn(
      process.execPath,
      ['--import', loader, program(), 'authorization', ...flags],
      {
        cwd: results,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let output = ''
    let visited: Promise<void> | undefined
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const [url] = /^https?:\S+[?]\S+(?=\n)/m.exec(output) ?? []
      if (url === undefined || visited !== undefined) return
      visited = visit(url)
      // Without its person the program would wait for minutes.
      visited.catch(() => child.kill())
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    const [code] = await once(child, 'close')
    await visited
    return { code, output, checks: checksIn(results) }
  } finally {
    rmSync(results, { recursive: true, force: true })
  }
}

function program(): string {
  const require = createRequire(import.meta.url)
  return join(
    dirname(require.resolve('@modelcontextprotocol/conformance/package.json')),
    'dist/index.js',
  )
}

function checksIn(folder: string): Check[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('checks.json'))
    .flatMap((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Check[])
}
