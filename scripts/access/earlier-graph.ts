// The graph to compare with: of a commit, of another supergraph.yaml, or of a composed supergraph that was kept.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, posix, resolve } from 'node:path'
import { parse } from 'yaml'
import { UsageError } from '../operator/command.ts'
import { type OpenedGraph, openGraph } from './open-graph.ts'

const MAX_BYTES = 64 * 1024 * 1024
/** What a graph is made of. The folder may be that of a whole repository, with pictures and archives. */
const MADE_OF = /\.(graphqls?|gql|ya?ml|json|lock|[cm]?[jt]s)$/

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
    return await openGraph({ configPath: checkOut(against, resolve(configPath), folder) })
  } catch (error) {
    if (error instanceof UsageError) throw error
    // Where it was put meanwhile nobody can look.
    const message = (error as Error).message.replaceAll(`${folder}/`, '')
    throw new Error(`At ${against}: ${message}`, { cause: error })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The YAML's folder as it was, what the YAML names beside that, and nothing else of the repository.
 *
 * @returns Where the YAML is now
 */
function checkOut(reference: string, configPath: string, to: string): string {
  const from = dirname(configPath)
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
  const prefix = git(from, ['rev-parse', '--show-prefix'])?.trim() ?? ''
  const write = (paths: readonly string[], needed: RegExp) => {
    const wanted = paths.map((path) => posix.normalize(prefix + path))
    writeBlobs(from, { commit: commit.trim(), paths: wanted, needed, to })
  }
  write(['.'], MADE_OF)
  const yaml = join(to, prefix, basename(configPath))
  if (!existsSync(yaml))
    throw new UsageError(
      `--against ${reference} has no ${prefix}${basename(configPath)}: there is nothing to compare with before one is committed.`,
    )
  write(namedFiles(readFileSync(yaml, 'utf8')), /^/)
  return yaml
}

/** Wherever they are, as `../orders/schema.graphql`. */
function namedFiles(text: string): string[] {
  const { subgraphs = {}, policies, documents } = Object(parse(text)) as NamedFiles
  const named = Object.values(Object(subgraphs) as NonNullable<NamedFiles['subgraphs']>)
  const files = named.map((entry) => entry?.schema?.file)
  return [...files, policies?.module, documents?.manifest].filter(
    (file) => typeof file === 'string',
  )
}

/** Of a file that nobody has checked. */
interface NamedFiles {
  readonly subgraphs?: Readonly<Record<string, { readonly schema?: { readonly file?: unknown } }>>
  readonly policies?: { readonly module?: unknown }
  readonly documents?: { readonly manifest?: unknown }
}

interface Wanted {
  readonly commit: string
  /** From the top of the repository. */
  readonly paths: readonly string[]
  /** Which names of files below them. */
  readonly needed: RegExp
  readonly to: string
}

function writeBlobs(cwd: string, { commit, paths, needed, to }: Wanted): void {
  const wanted = paths.filter((path) => !path.startsWith('..'))
  if (wanted.length === 0) return
  const listed = git(cwd, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...wanted]) ?? ''
  const files = listed.split('\0').flatMap((line) => {
    const [, blob, name] = /^\d+ blob ([\da-f]+)\t([\s\S]+)$/.exec(line) ?? []
    return blob !== undefined && name !== undefined && needed.test(name) ? [{ blob, name }] : []
  })
  if (files.length === 0) return
  const contents = readBlobs(
    cwd,
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
