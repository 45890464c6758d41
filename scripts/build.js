// `npm run build`: both packages as they are published. Nothing is compiled where they are installed.
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'

const ASSETS = ['platform/embedded/template.tar.br', 'schema']

rmSync('dist', { recursive: true, force: true })
// The types of `sallyport.config.ts` are all that others import of the package.
for (const project of [
  'claims/tsconfig.build.json',
  'tsconfig.build.json',
  'tsconfig.types.json',
]) {
  const { status } = spawnSync('npx', ['tsc', '-p', project], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
for (const path of ASSETS) cpSync(path, `dist/${path}`, { recursive: true })
