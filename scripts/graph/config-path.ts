// Which supergraph.yaml a command is about: the one that is named, else the one of this folder.
import { existsSync, statSync } from 'node:fs'
import { UsageError } from '../operator/command.ts'

const PLACES = ['supergraph.yaml', 'schema/supergraph.yaml'] as const

/** @throws UsageError that says what to do where there is none */
export function findConfigPath(named?: unknown): string {
  // Of an empty line in .env nothing is meant.
  const wanted = typeof named === 'string' ? named : process.env.SUPERGRAPH_CONFIG || undefined
  const found = wanted ?? PLACES.find((path) => existsSync(path))
  if (found !== undefined && isFile(found)) return found
  if (found !== undefined && existsSync(found))
    throw new UsageError(`${found} is a folder: name the supergraph.yaml in it.`)
  if (wanted !== undefined) throw new UsageError(`There is no ${wanted}.`)
  throw new UsageError('There is no supergraph.yaml here: "sallyport init" writes one.')
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** The environment of a server, with the file of this folder where none is named. */
export function withConfigPath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = env.SUPERGRAPH_CONFIG || PLACES.find((one) => existsSync(one))
  return path === undefined ? env : { ...env, SUPERGRAPH_CONFIG: path }
}
