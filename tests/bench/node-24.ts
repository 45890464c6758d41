// The node that gateways are measured on: 24, as in the image, whatever runs the benchmark itself.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const MAJOR = 24

/**
 * The path of a Node 24: the one named, the one that runs this, the first in PATH, or one that nvm has installed.
 *
 * @throws Error that says where it was looked for.
 */
export function findNode24(named: string | null): string {
  if (named !== null) return checked(named)
  const found = candidates().find(isNode24)
  if (found !== undefined) return found
  throw new Error(
    `Node ${MAJOR} was not found: this is ${process.version}, and there is none in PATH or ~/.nvm. Put it first in PATH, or name it: --node <path of node>.`,
  )
}

function candidates(): string[] {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  const nvm = join(process.env.NVM_DIR ?? join(process.env.HOME ?? '', '.nvm'), 'versions', 'node')
  const ofNvm = existsSync(nvm) ? readdirSync(nvm).map((name) => join(nvm, name, 'bin/node')) : []
  return [process.execPath, ...inPath, ...ofNvm].filter((file) => existsSync(file))
}

function checked(file: string): string {
  const version = versionOf(file)
  if (version !== null) return file
  throw new Error(`--node ${file} is not a node that can be started.`)
}

function isNode24(file: string): boolean {
  return versionOf(file)?.startsWith(`v${MAJOR}.`) === true
}

/** Null where it cannot be started. */
export function versionOf(file: string): string | null {
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}
