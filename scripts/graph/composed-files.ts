// What composing a graph leaves on disk: the supergraph, the schema that clients see, and the access lock.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { printSchema } from 'graphql'
import { createAdmission } from '../../gateway/admission.ts'
import { createDeadlines } from '../../gateway/deadlines.ts'
import { createCors } from '../../gateway/http/cors.ts'
import {
  accessLockPath,
  LOCK_HEADER,
  printAccessLock,
} from '../../gateway/supergraph/access-lock.ts'
import type { Composed } from '../../gateway/supergraph/compose.ts'
import type { SupergraphConfig } from '../../gateway/supergraph/config.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { SchemaError } from '../../gateway/supergraph/schema-error.ts'
import { unknownAddresses } from '../../gateway/supergraph/unknown-addresses.ts'
import { createSupergraph, type GraphSource } from '../../gateway/supergraph.ts'
import { type Files, readPlain } from '../schema/files.ts'

/** The first line of a supergraph that was composed here. */
export const COMPOSED_BY_US =
  '# Composed by Sallyport from supergraph.yaml: change that, and compose again.\n'

/** The first line of the schema that clients see. */
const API_BY_US =
  '# What clients see, printed by Sallyport: change supergraph.yaml, and compose again.\n'

export function supergraphPathOf(configPath: string): string {
  return join(dirname(configPath), 'supergraph.graphql')
}

/** Whether Rover or a registry wrote the supergraph that is served. */
export function isComposedElsewhere(configPath: string): boolean {
  const path = supergraphPathOf(configPath)
  return existsSync(path) && !readPlain(path).startsWith(COMPOSED_BY_US)
}

/** @throws SchemaError where a file of that name is somebody else's */
export function composedFiles(
  configPath: string,
  { sdl, opened }: Pick<Composed, 'sdl' | 'opened'>,
): Files {
  const path = supergraphPathOf(configPath)
  refuseForeign(path, COMPOSED_BY_US)
  const lock = printAccessLock(opened)
  if (lock !== null) refuseForeign(accessLockPath(configPath), LOCK_HEADER)
  return new Map([
    [path, COMPOSED_BY_US + sdl],
    ...(lock === null ? [] : [[accessLockPath(configPath), lock] as const]),
  ])
}

/** @throws SchemaError where a file of that name is somebody else's */
export function apiFile(path: string, printed: string): readonly [string, string] {
  refuseForeign(path, API_BY_US)
  return [path, API_BY_US + printed]
}

/** What does not begin as ours do was written by somebody, and may be there once only. */
function refuseForeign(path: string, beginning: string): void {
  if (!existsSync(path) || readPlain(path).startsWith(beginning)) return
  throw new SchemaError([
    `${path} was not written by this command, and is not overwritten: move it away, or leave it to those who write it`,
  ])
}

/** What clients see. Loads it as the gateway does: a supergraph that does not load there is not printed. */
export async function printApi(source: GraphSource): Promise<string> {
  const supergraph = createSupergraph({
    logger: silent,
    traffic: { deadlines: createDeadlines(), admission: createAdmission() },
    createCors: () => createCors({ publicUrl: '', corsOrigins: [] }),
  })
  try {
    const { schema } = await supergraph.load(source)
    return `${printSchema(schema).trimEnd()}\n`
  } finally {
    await supergraph.stop()
  }
}

/** Addresses that nobody asks do not matter, and are not known on a machine that only composes. */
export function readConfigToCompose(path: string): SupergraphConfig {
  const text = readFileSync(path, 'utf8')
  const variables = unknownAddresses(text, process.env)
  return readSupergraphConfig(text, { variables, source: path })
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
