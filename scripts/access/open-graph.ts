// A graph as the gateway would serve it, with its rules and where they were declared; nothing is started and nobody is asked.
import { existsSync, readFileSync } from 'node:fs'
import { type GraphQLSchema, parse } from 'graphql'
import { apiSchemaOf } from '../../gateway/engine/api-schema.ts'
import { composedCoordinates } from '../../gateway/explain/composed-coordinates.ts'
import { type Declarations, readDeclarations } from '../../gateway/explain/declarations.ts'
import { type FieldRule, readFieldRules } from '../../gateway/explain/field-rules.ts'
import { type CostRules, readCostRules } from '../../gateway/operation/cost/rules.ts'
import { type GraphAccess, readAccess } from '../../gateway/supergraph/access.ts'
import { packagedAuthSdl, renamedAuthSdl } from '../../gateway/supergraph/composition/auth-sdl.ts'
import { AUTH_SUBGRAPH, type SupergraphConfig } from '../../gateway/supergraph/config.ts'
import { readGraphSource } from '../../gateway/supergraph/open.ts'
import { stripAuthDirectives } from '../../gateway/supergraph/strip.ts'
import { unknownAddresses } from '../../gateway/supergraph/unknown-addresses.ts'
import { UsageError } from '../operator/command.ts'

export interface OpenedGraph {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly config: SupergraphConfig
  readonly declarations: Declarations
  readonly costRules: CostRules
  /** That clients see. */
  readonly fields: readonly FieldRule[]
  /** With those that no client sees. */
  readonly composed: ReadonlySet<string>
}

export interface GraphFiles {
  /** Path of the YAML. */
  readonly configPath: string
  /** Another composed supergraph than the one beside it. */
  readonly supergraphPath?: string
}

/** @throws Error that says what cannot be read or used. */
export async function openGraph({ configPath, supergraphPath }: GraphFiles): Promise<OpenedGraph> {
  if (!existsSync(configPath)) {
    throw new UsageError(`There is no ${configPath}: name your supergraph.yaml with --config.`)
  }
  const source = await readGraphSource({
    configPath,
    variables: unknownAddresses(readFileSync(configPath, 'utf8')),
    leavesOutAnnounced: true,
  })
  const { config, policies } = source
  const sdl = supergraphPath === undefined ? source.sdl : readFileSync(supergraphPath, 'utf8')
  const document = parse(sdl)
  const access = readAccess(document, { ...config, policies })
  const schema = apiSchemaOf(parse(stripAuthDirectives(document)))
  const declarations = readDeclarations({
    configPath,
    supergraphSdl: sdl,
    printed: printedOf(config),
  })
  const fields = readFieldRules({ schema, access, declarations })
  const costRules = readCostRules(document)
  const composed = composedCoordinates(document)
  return { schema, access, config, declarations, costRules, fields, composed }
}

/** Auth's own SDL, where its entry names no file, as a command prints it for anyone who looks a rule up. */
function printedOf({ subgraphs, authNames }: SupergraphConfig) {
  const auth = subgraphs.filter(({ schema }) => 'of' in schema && schema.of === AUTH_SUBGRAPH)
  const sdl = () => renamedAuthSdl(packagedAuthSdl(), authNames)
  return new Map(auth.map(({ name }) => [name, { sdl: sdl(), by: 'sallyport auth-sdl' }]))
}
