// docs/access.md: its commands over the sample, as they are typed, and its job for a pipeline.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readRequest } from '../../scripts/operator/arguments.ts'
import { commands } from '../../scripts/operator/commands.ts'
import { example, examplesOf } from '../docs/examples.ts'

const PAGE = 'docs/access.md'
const script = resolve('scripts/sallyport.ts')
const loader = import.meta.resolve('tsx')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-access-docs-'))
  cpSync('schema', join(folder, 'schema'), { recursive: true })
  const commit =
    'git init -q && git add . && git -c user.name=t -c user.email=t@example.com commit -qm one'
  execFileSync(
    'bash',
    ['-c', `${commit} && git branch -M main && git update-ref refs/remotes/origin/main HEAD`],
    { cwd: folder },
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

function shell(line: string): { code: number; said: string } {
  const program = `'${process.execPath}' --import '${loader}' --conditions=sallyport-source '${script}'`
  const command = line.replace('npx sallyport', program)
  try {
    return {
      code: 0,
      said: execFileSync('bash', ['-c', command], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, GITHUB_BASE_REF: 'main' },
      }),
    }
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string }
    return { code: status, said: stdout }
  }
}

const lines = examplesOf(PAGE)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'))

/** In this process: a process of its own for each takes a second of somebody's time. */
async function command(line: string): Promise<{ said: string; isComplete: boolean }> {
  const words: string[] = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []
  const typed = words.slice(words.indexOf('access')).map((word) => word.replace(/^['"]|['"]$/g, ''))
  const end = typed.indexOf('>')
  const request = readRequest(end < 0 ? typed : typed.slice(0, end), commands)
  if (request.kind !== 'run') throw new Error(line)
  const config = join(folder, 'schema', 'supergraph.yaml')
  return request.command.run({ ...request.given, config })
}

test.each(lines)('%s', async (line) => {
  const { said, isComplete } = await command(line)
  expect(isComplete).toBe(true)
  const [first] = said.split('\n')
  if (line.includes('matrix')) expect(first).toMatch(/^field/)
  else if (line.includes('explain')) expect(first).toBe('Answered.')
  else expect(first).toBe(line.includes('json') ? '[]' : 'Nobody gained or lost access.')
})

test('the job for GitHub fails on a field that was opened', () => {
  const { code: yaml } = example(PAGE, 'In a pipeline', 'yaml')
  const job = parse(yaml).jobs.access
  const check = job.steps.at(-1).run as string
  const file = join(folder, 'schema', 'supergraph.graphql')
  const text = readFileSync(file, 'utf8')
  const opened = text.replace(
    /(hiddenReviews\([\s\S]*?\): \w+[^\n]*)@policy\(policies: \[\["role:admin"\]\]\)/,
    '$1@authenticated',
  )
  expect(opened).not.toBe(text)
  writeFileSync(file, opened)
  const { code, said } = shell(check)
  expect([code, said.split('\n')[0]]).toEqual([
    1,
    expect.stringMatching(/^gained {2}Query\.hiddenReviews/),
  ])
})
