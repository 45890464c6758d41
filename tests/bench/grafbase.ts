// Grafbase as a native peer: its command line runs a gateway with `dev`. It lives in a folder for temporary files, and nowhere else.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-ports.ts'
import type { RunningGateway, World } from './gateways.ts'
import { sdlOf, subgraphNames } from './graph/sdl.ts'
import { startProcess } from './processes.ts'

const NAME = '@grafbase/cli-x86_64-unknown-linux-musl'
const VERSION = '0.103.0'
const home = join(tmpdir(), `sallyport-bench-grafbase-${VERSION}`)
const binary = join(home, 'node_modules', NAME, 'grafbase')

/** Why it cannot take part: command and error; null once it is installed. */
export function installGrafbase(): string | null {
  if (existsSync(binary)) return null
  const args = ['install', '--prefix', home, '--no-audit', '--no-fund', `${NAME}@${VERSION}`]
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) return `npm ${args.join(' ')}\n${stderr}`
  // npm keeps the modes of a package's files, and this one is not marked as a program.
  chmodSync(binary, 0o755)
  return null
}

export async function startGrafbase(world: World): Promise<RunningGateway> {
  const port = await freePort()
  const folder = join(world.folder, 'grafbase')
  mkdirSync(folder, { recursive: true })
  for (const name of subgraphNames) {
    writeFileSync(join(folder, `${name}.graphql`), sdlOf(name, 'none'))
  }
  const entries = subgraphNames.map(
    (name) =>
      `[subgraphs.${name}]\nurl = "http://127.0.0.1:${world.subgraphPort}/${name}"\nschema_path = "${name}.graphql"\n`,
  )
  // It sends equal requests of a subgraph once: with whose they are among the headers they are as equal as elsewhere.
  const headers = '[[headers]]\nrule = "forward"\nname = "authorization"\n'
  writeFileSync(join(folder, 'grafbase.toml'), [headers, ...entries].join('\n'))
  const child = startProcess({
    name: 'grafbase',
    program: binary,
    core: world.core,
    cwd: folder,
    args: [
      ...['--home', folder, 'dev', '--config', 'grafbase.toml'],
      ...['--listen-address', `127.0.0.1:${port}`],
    ],
  })
  return { child, port, adminPort: null }
}
