// The graph to compare with: of a commit, of another supergraph.yaml, or of a composed supergraph that was kept.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../operator/command.ts'
import { type OpenedGraph, openGraph } from './open-graph.ts'

const MAX_BYTES = 64 * 1024 * 1024

/** @param against A git reference, or a path that ends in .yaml, .yml or .graphql. */
export async function openEarlierGraph(
  against: string,
  { configPath }: { readonly configPath: string },
): Promise<OpenedGraph> {
  if (/\.ya?ml$/.test(against)) return openGraph({ configPath: against })
  if (/\.graphql$/.test(against)) {
    if (!existsSync(against)) throw new UsageError(`There is no ${against}.`)
    return openGraph({ configPath, supergraphPath: against })
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-access-'))
  try {
    checkOut(against, { from: dirname(resolve(configPath)), to: folder })
    return await openGraph({ configPath: join(folder, basename(configPath)) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The YAML's folder as it was, and nothing else of the repository. */
function checkOut(reference: string, { from, to }: { from: string; to: string }): void {
  const commit = git(from, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${reference}^{commit}`,
  ])
  if (commit === null) {
    throw new UsageError(
      `--against ${reference} is neither a commit of the repository of ${from} nor a file that ends in .yaml or .graphql.`,
    )
  }
  const listed = git(from, ['ls-tree', '-r', '-z', commit.trim(), '--', '.']) ?? ''
  const files = listed.split('\0').flatMap((line) => {
    const [, blob, name] = /^\d+ blob ([\da-f]+)\t([\s\S]+)$/.exec(line) ?? []
    return blob === undefined || name === undefined ? [] : [{ blob, name }]
  })
  const contents = readBlobs(
    from,
    files.map(({ blob }) => blob),
  )
  files.forEach(({ name }, index) => {
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), contents[index] ?? '')
  })
}

/** All of them from one process: `<id> blob <size>`, a line feed, the content, a line feed. */
function readBlobs(cwd: string, blobs: readonly string[]): Buffer[] {
  const options = { cwd, input: blobs.join('\n'), maxBuffer: MAX_BYTES }
  const output = execFileSync('git', ['cat-file', '--batch'], options)
  const contents: Buffer[] = []
  for (let at = 0; at < output.length; ) {
    const start = output.indexOf('\n', at) + 1
    const size = Number(output.subarray(at, start).toString().split(' ')[2])
    contents.push(output.subarray(start, start + size))
    at = start + size + 1
  }
  return contents
}

/** Null when git refuses. Never a shell: a reference is somebody's text. */
function git(cwd: string, args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: MAX_BYTES,
    })
  } catch {
    return null
  }
}
