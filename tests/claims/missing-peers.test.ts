// A subgraph without the optional packages: what needs them says which, and what does not works.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-peers-'))

beforeAll(() => {
  // `@sallyport/claims` as a package of somebody who installed it, jose and graphql alone.
  const modules = join(folder, 'node_modules')
  const isSource = (path: string) => !/\/(node_modules|dist)(\/|$)/.test(path)
  cpSync('claims', join(modules, '@sallyport/claims'), { recursive: true, filter: isSource })
  mkdirSync(modules, { recursive: true })
  for (const name of ['jose', 'graphql'])
    symlinkSync(resolve('node_modules', name), join(modules, name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(code: string): Promise<string> {
  writeFileSync(join(folder, 'main.ts'), code)
  const tsx = resolve('node_modules/.bin/tsx')
  const args = ['--conditions=sallyport-source', 'main.ts']
  const { stdout } = await promisify(execFile)(tsx, args, { cwd: folder })
  return stdout
}

test('reading claims needs neither graphql-shield nor graphql-middleware', async () => {
  const code =
    "import { createIdentityReader } from '@sallyport/claims'; console.log(typeof createIdentityReader)"
  expect(await run(code)).toBe('function\n')
})

test('guarding a schema without graphql-shield says what to install', async () => {
  const failure = await run("import '@sallyport/claims/rules'").catch(({ stderr }) => stderr)
  expect(failure).toContain(
    '@sallyport/claims/rules needs graphql-shield: npm install graphql@16 graphql-shield@7 graphql-middleware@6',
  )
})
