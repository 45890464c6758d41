// What the Dockerfile puts into the image, made without an engine: its COPY and RUN lines, followed in folders of their own.
import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { registryEnvironment } from '../registry-environment.ts'
import { linkModules } from './link-modules.ts'

export interface ImageTree {
  /** As `/app` of the image. */
  readonly root: string
  remove(): void
}

interface Step {
  readonly instruction: string
  readonly rest: string
}

/** Left to Docker: names of people, and links into the system. */
const OF_THE_SYSTEM = 'install --directory'

export async function makeImageTree(): Promise<ImageTree> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-image-'))
  const context = join(folder, 'context')
  copyContext(context)
  const stages = new Map<string, string>()
  let root = ''
  for (const { name, steps } of readStages()) {
    root = join(folder, name)
    stages.set(name, root)
    mkdirSync(root)
    for (const { instruction, rest } of steps) {
      if (instruction === 'COPY') copy(rest, { context, stages, root })
      // The developers' modules are here already.
      else if (instruction === 'RUN' && rest === 'npm ci') linkModules(root)
      else if (instruction === 'RUN' && !rest.includes(OF_THE_SYSTEM)) await run(rest, root)
    }
  }
  return { root, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function readStages(): { readonly name: string; readonly steps: readonly Step[] }[] {
  const text = readFileSync('Dockerfile', 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
  return text
    .split(/^FROM /m)
    .slice(1)
    .map((stage) => {
      const [from = '', ...lines] = stage.split('\n').filter((line) => line.trim() !== '')
      const steps = lines.map((line) => {
        const [instruction = '', ...words] = line.trim().split(/\s+/)
        return { instruction, rest: words.join(' ') }
      })
      return { name: / AS (\w+)$/.exec(from)?.[1] ?? 'image', steps }
    })
}

/** What git has, without what .dockerignore leaves out. */
function copyContext(context: string): void {
  const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    encoding: 'utf8',
  })
  const left = new Set(readFileSync('.dockerignore', 'utf8').split('\n'))
  for (const file of tracked.trim().split('\n')) {
    const [top = ''] = file.split('/')
    if (left.has(top) || left.has(file) || (file === top && /\.(md|log)$/.test(file))) continue
    mkdirSync(dirname(join(context, file)), { recursive: true })
    cpSync(file, join(context, file))
  }
}

function copy(
  line: string,
  at: {
    readonly context: string
    readonly stages: ReadonlyMap<string, string>
    readonly root: string
  },
): void {
  const words = line.split(' ')
  const stage = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const from = stage === undefined ? at.context : (at.stages.get(stage) ?? '')
  const to = words.pop() ?? '.'
  for (const word of words) {
    const path = word.replace(/^\/app\/?/, '')
    const target = to.endsWith('/')
      ? join(at.root, to, path.split('/').at(-1) ?? '')
      : join(at.root, to)
    cpSync(join(from, path), target, { recursive: true, verbatimSymlinks: true })
  }
}

async function run(command: string, cwd: string): Promise<void> {
  const quick = command.replace('npm ci', 'npm ci --prefer-offline --no-audit --no-fund')
  const env = registryEnvironment()
  await promisify(execFile)('sh', ['-c', quick], { cwd, env, maxBuffer: 64 * 1024 * 1024 })
}

/** Of every file, by its path: when it was written, and what it takes on the disk. */
export function filesOf(
  folder: string,
): ReadonlyMap<string, { readonly at: number; readonly bytes: number }> {
  const files = new Map<string, { at: number; bytes: number }>()
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const { mtimeMs, blocks } = lstatSync(join(folder, entry))
    files.set(entry, { at: mtimeMs, bytes: blocks * 512 })
  }
  return files
}
