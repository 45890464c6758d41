// Everything that is printed from the subgraphs' type definitions, as paths and contents.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DocumentNode, print, printSchema } from 'graphql'
import { createAdmission } from '../../gateway/admission.ts'
import { createDeadlines } from '../../gateway/deadlines.ts'
import { createCors } from '../../gateway/http/cors.ts'
import {
  composeSupergraph,
  SchemaError,
  type SubgraphSource,
} from '../../gateway/supergraph/compose.ts'
import { readSupergraphConfig, type SupergraphConfig } from '../../gateway/supergraph/config.ts'
import { type CustomPolicies, loadPolicies } from '../../gateway/supergraph/policies.ts'
import { createSupergraph } from '../../gateway/supergraph.ts'
import { eventSchemas } from '../../subgraphs/auth/events/schemas.ts'
import { typeDefs as auth } from '../../subgraphs/auth/subgraph.ts'
import { typeDefs as reviews } from '../../subgraphs/reviews/subgraph.ts'
import type { Files } from './files.ts'

/** The subgraphs of this repository: their SDL is printed from code, and each root field declares its rule. */
const OURS: Readonly<Record<string, readonly DocumentNode[]>> = { auth, reviews }

/**
 * The SDL of our subgraphs, the supergraph, the schema that clients see, and the schemas of the events.
 *
 * @throws SchemaError, SupergraphConfigError
 */
export async function printSchemas(configPath: string): Promise<Files> {
  const folder = dirname(configPath)
  const config = readConfig(configPath)
  const sources = config.subgraphs.map((subgraph) => ({
    config: subgraph,
    sdl: sdlOf(subgraph.name, join(folder, subgraph.schemaFile)),
  }))
  const policies = await loadPolicies(configPath, config)
  const supergraph = composeSupergraph(sources, { explicit: Object.keys(OURS), policies })
  return new Map([
    ...sources.flatMap((source) => printedFile(source, folder)),
    [join(folder, 'supergraph.graphql'), supergraph],
    [join(folder, 'api.graphql'), await printApi(config, supergraph, policies)],
    ...[...eventSchemas()].map(([name, schema]): [string, string] => [
      join(folder, 'events', name),
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  ])
}

function printedFile({ config, sdl }: SubgraphSource, folder: string): [string, string][] {
  return config.name in OURS ? [[join(folder, config.schemaFile), sdl]] : []
}

/** Ours from code, everybody else's from the file that the YAML names. */
function sdlOf(name: string, path: string): string {
  const documents = OURS[name]
  if (documents) return `${documents.map((document) => print(document).trim()).join('\n\n')}\n`
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new SchemaError([`${name}: ${path} cannot be read`])
  }
}

/** Loads it as the gateway does: a supergraph that does not load there is not printed. */
async function printApi(
  config: SupergraphConfig,
  supergraphSdl: string,
  policies: CustomPolicies,
): Promise<string> {
  const supergraph = createSupergraph({
    logger: silent,
    traffic: { deadlines: createDeadlines(), admission: createAdmission() },
    createCors: () => createCors({ publicUrl: '', corsOrigins: [] }),
  })
  try {
    const { schema } = await supergraph.load({ sdl: supergraphSdl, config, policies })
    return `${printSchema(schema).trimEnd()}\n`
  } finally {
    await supergraph.stop()
  }
}

// Addresses do not matter here, and are not known on a machine that only composes.
function readConfig(path: string): SupergraphConfig {
  const text = readFileSync(path, 'utf8')
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const variables = Object.fromEntries(
    names.map((name) => [name, 'http://subgraph.invalid/graphql']),
  )
  return readSupergraphConfig(text, { variables, source: path })
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
