// Which supergraph.yaml a command is about: the one that is named, else the one of this folder.
import { existsSync } from 'node:fs'
import { UsageError } from '../operator/command.ts'

const PLACES = ['supergraph.yaml', 'schema/supergraph.yaml'] as const

/** @throws UsageError that says what to do where there is none */
export function findConfigPath(named?: unknown): string {
  const wanted = typeof named === 'string' ? named : process.env.SUPERGRAPH_CONFIG
  const found = wanted ?? PLACES.find((path) => existsSync(path))
  if (found !== undefined && existsSync(found)) return found
  if (wanted !== undefined) throw new UsageError(`There is no ${wanted}.`)
  throw new UsageError('There is no supergraph.yaml here: "sallyport init" writes one.')
}

/** The environment of a server, with the file of this folder where none is named. */
export function withConfigPath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = env.SUPERGRAPH_CONFIG || PLACES.find((one) => existsSync(one))
  return path === undefined ? env : { ...env, SUPERGRAPH_CONFIG: path }
}
