// The graph to compare with: of a commit, of another supergraph.yaml, or of a composed supergraph that was kept.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../operator/command.ts'
import { type OpenedGraph, openGraph } from './open-graph.ts'

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
  const files = git(from, ['ls-tree', '-r', '--name-only', commit.trim(), '--', '.']) ?? ''
  for (const file of files.split('\n').filter((name) => name !== '')) {
    const content = git(from, ['show', `${commit.trim()}:./${file}`])
    if (content === null) continue
    mkdirSync(dirname(join(to, file)), { recursive: true })
    writeFileSync(join(to, file), content)
  }
}

/** Null when git refuses. Never a shell: a reference is somebody's text. */
function git(cwd: string, args: readonly string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch {
    return null
  }
}
