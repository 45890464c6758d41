// The layers of auth: sign-in and capabilities stand on factors, sessions and users, and those on core. No circle of folders.
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findCircles, findUpwardImports, type Layers, readFolderGraph } from './folder-graph.ts'

const AUTH = 'subgraphs/auth'

/** Lowest first; capabilities and sign-in are every other folder. */
const LAYERS: Layers = [['core'], ['users', 'tokens'], ['sessions'], ['verifications'], ['factors']]

const folder = mkdtempSync(join(tmpdir(), 'layers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A copy of auth with more at the end of one of its files. */
function plant(file: string, line: string): string {
  const copy = mkdtempSync(join(folder, 'auth-'))
  cpSync(AUTH, copy, { recursive: true })
  appendFileSync(join(copy, file), `\n${line}\n`)
  return copy
}

test('no two folders of auth import values from each other, and none from a layer above', () => {
  const graph = readFolderGraph(AUTH)
  expect(graph.files).toBeGreaterThan(150)
  expect(graph.imports.length).toBeGreaterThan(300)
  const folders = new Set(graph.imports.flatMap(({ from, to }) => [from, to]))
  for (const name of LAYERS.flat())
    expect([...folders].some((found) => found.split('/')[0] === name)).toBe(true)
  expect(findCircles(graph)).toEqual([])
  expect(findUpwardImports(graph, LAYERS)).toEqual([])
})

test('a planted circle is found, through one folder or two, and so is an export from elsewhere', () => {
  const direct = plant('api-keys/api-key.ts', "import '../roles/role.ts'")
  expect(findCircles(readFolderGraph(direct)).join('\n')).toContain(
    'api-keys -> roles: api-keys/api-key.ts -> roles/role.ts',
  )
  const longer = plant('api-keys/api-key.ts', "export { x } from '../networks/graphql.ts'")
  expect(findCircles(readFolderGraph(longer)).join('\n')).toContain('api-keys -> networks')
  const late = plant('api-keys/api-key.ts', "await import('../roles/role.ts')")
  expect(findCircles(readFolderGraph(late))).not.toEqual([])
})

test('an import from a layer above is found, and a type is not one', () => {
  const upward = plant('core/revoke.ts', "import { User } from '../users/user.ts'\nUser")
  expect(findUpwardImports(readFolderGraph(upward), LAYERS)).toEqual([
    'core -> users: core/revoke.ts -> users/user.ts',
  ])
  const root = plant(
    'users/user.ts',
    "import { createContext } from '../context.ts'\ncreateContext",
  )
  expect(findUpwardImports(readFolderGraph(root), LAYERS)).toEqual([
    'users -> .: users/user.ts -> context.ts',
  ])
  const type = plant('core/revoke.ts', "import type { User } from '../users/user.ts'\nlet a: User")
  expect(findUpwardImports(readFolderGraph(type), LAYERS)).toEqual([])
})

/** What the linter says of files, by the project's rules. */
function lint(files: Readonly<Record<string, string>>): string {
  const project = mkdtempSync(join(folder, 'project-'))
  cpSync('biome.json', join(project, 'biome.json'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, AUTH, name)), { recursive: true })
    writeFileSync(join(project, AUTH, name), text)
  }
  const args = ['lint', '--colors=off', '--vcs-enabled=false', '--only=style/noRestrictedImports']
  const biome = join(process.cwd(), 'node_modules/.bin/biome')
  const { stdout, stderr } = spawnSync(biome, [...args, '.'], { cwd: project, encoding: 'utf8' })
  return `${stdout}${stderr}`
}

const UPWARD: Readonly<Record<string, string>> = {
  'core/planted.ts': '../users/user.ts',
  'core/audit/planted.ts': '../../audit/extend-chain.ts',
  'users/planted.ts': '../emails/add-email.ts',
  'tokens/planted.ts': '../sign-in/login.ts',
  'sessions/planted.ts': '../factors/password/policy.ts',
  'verifications/planted.ts': '../roles/role.ts',
  'factors/password/planted.ts': '../../passwords/graphql.ts',
}

test('the linter refuses an import from a layer above, in every layer, and lets those below pass', () => {
  const planted = Object.entries(UPWARD).map(([file, target]): [string, string] => [
    file,
    `import { x } from '${target}'\n\nconsole.log(x)\n`,
  ])
  const refused = lint(Object.fromEntries(planted))
  for (const file of Object.keys(UPWARD)) expect(refused).toContain(`${AUTH}/${file}:1:`)
  const below = lint({
    'core/audit/planted.ts': "import { x } from '../errors.ts'\n\nconsole.log(x)\n",
    'sessions/planted.ts': "import { x } from '../users/user.ts'\n\nconsole.log(x)\n",
    'roles/planted.ts': "import { x } from '../api-keys/api-key.ts'\n\nconsole.log(x)\n",
  })
  expect(below).toMatch(/Checked [34] files/)
  expect(below).not.toContain('noRestrictedImports')
})

/** A verb knows a caller, never GraphQL: what the context has beside that is for the door. */
test('only graphql.ts knows the context of GraphQL', () => {
  const files = readdirSync(AUTH, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && file.includes('/'),
  )
  const knowing = files.filter((file) =>
    /from '(\.\.\/)+context\.ts'/.test(readFileSync(join(AUTH, file), 'utf8')),
  )
  expect(files.length).toBeGreaterThan(150)
  expect(knowing.filter((file) => file.endsWith('/graphql.ts'))).not.toEqual([])
  expect(knowing.filter((file) => !file.endsWith('/graphql.ts'))).toEqual([])
})
