// Everything that is printed from this repository's type definitions, as paths and contents.
import { dirname, join } from 'node:path'
import { type DocumentNode, print } from 'graphql'
import { composeGraph } from '../../gateway/supergraph/compose.ts'
import { loadPolicies } from '../../gateway/supergraph/policies.ts'
import { readSources } from '../../gateway/supergraph/sources.ts'
import { eventSchemas } from '../../subgraphs/auth/events/schemas.ts'
import { typeDefs as auth } from '../../subgraphs/auth/subgraph.ts'
import { typeDefs as reviews } from '../../subgraphs/reviews/subgraph.ts'
import { COMPOSED_BY_US, printApi, readConfigToCompose } from '../graph/composed-files.ts'
import type { Files } from './files.ts'

/** The subgraphs of this repository: their SDL is printed from code, and each root field declares its rule. */
const OURS: Readonly<Record<string, readonly DocumentNode[]>> = { auth, reviews }

/** Its list of subgraphs. In another folder these names may be anybody's. */
const OUR_CONFIG = 'schema/supergraph.yaml'

/**
 * The SDL of our subgraphs, the supergraph, the schema that clients see, and the schemas of the events.
 *
 * @throws SchemaError, SupergraphConfigError
 */
export async function printSchemas(): Promise<Files> {
  const folder = dirname(OUR_CONFIG)
  const config = readConfigToCompose(OUR_CONFIG)
  const others = config.subgraphs.filter(({ name }) => !(name in OURS))
  const ours = config.subgraphs
    .filter(({ name }) => name in OURS)
    .map((subgraph) => ({
      config: subgraph,
      sdl: printSdl(OURS[subgraph.name]),
      origin: join(folder, `${subgraph.name}.graphql`),
    }))
  const sources = [...ours, ...(await readSources(OUR_CONFIG, { ...config, subgraphs: others }))]
  const policies = await loadPolicies(OUR_CONFIG, config)
  const { sdl } = composeGraph(sources, { explicit: Object.keys(OURS), policies })
  return new Map([
    ...ours.map(({ origin, sdl }): [string, string] => [origin, sdl]),
    [join(folder, 'supergraph.graphql'), COMPOSED_BY_US + sdl],
    [join(folder, 'api.graphql'), await printApi({ sdl, config, policies })],
    ...[...eventSchemas()].map(([name, schema]): [string, string] => [
      join(folder, 'events', name),
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  ])
}

function printSdl(documents: readonly DocumentNode[] = []): string {
  return `${documents.map((document) => print(document).trim()).join('\n\n')}\n`
}
