// A graph as a team has it: SDL as text, an entry for each subgraph, nothing of ours but auth beside it.
import { type Composed, composeGraph } from '../../../gateway/supergraph/compose.ts'
import {
  packagedAuthSdl,
  renamedAuthSdl,
} from '../../../gateway/supergraph/composition/auth-sdl.ts'
import type { SupergraphConfig } from '../../../gateway/supergraph/config.ts'
import type { Accepted } from '../../../gateway/supergraph/default-rules.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { createSupergraph, type Graph } from '../../../gateway/supergraph.ts'
import { graphParts, header } from '../graph-fixture.ts'

/** As much of auth as a graph meets: composing all of it takes ten times as long. */
const smallAuth = `${header}
  scalar DateTime
  type Query { viewer: Viewer @public user(id: ID!): User @authenticated }
  type Mutation { login(input: LoginInput!): SignedIn @public(staleCredentials: true) logout: Boolean @public(staleCredentials: true) }
  input LoginInput { email: String! password: String! }
  type SignedIn { user: User! at: DateTime }
  type Viewer { user: User roles: [String!]! }
  type User @key(fields: "id") { id: ID! @public email: String @authenticated status: UserStatus @authenticated }
  enum UserStatus { ACTIVE SUSPENDED }
`

export interface TeamGraph {
  /** Default: false, a small one. */
  readonly hasWholeAuth?: boolean
  /** By subgraph. */
  readonly sdl: Readonly<Record<string, string>>
  /** Beside `routing_url` and `schema`, by subgraph. Default: `access: authenticated`. */
  readonly entries?: Readonly<Record<string, object>>
  /** The file beside `subgraphs:`. */
  readonly file?: object
  readonly accepted?: Accepted
}

export function configFor({ sdl, entries = {}, file = {} }: TeamGraph): SupergraphConfig {
  const subgraphs = Object.keys(sdl).map((name) => [
    name,
    {
      routing_url: 'http://127.0.0.1:1/graphql',
      schema: { file: `${name}.graphql` },
      access: 'authenticated',
      ...entries[name],
    },
  ])
  const text = JSON.stringify({ ...file, subgraphs: Object.fromEntries(subgraphs) }, null, 1)
  return readSupergraphConfig(text, { variables: { AUTH_URL: 'http://127.0.0.1:1/graphql' } })
}

export function authSdlFor(team: TeamGraph): string {
  const sdl = team.hasWholeAuth ? packagedAuthSdl() : smallAuth
  return renamedAuthSdl(sdl, configFor(team).authNames)
}

export function composeTeam(team: TeamGraph): Composed & { readonly config: SupergraphConfig } {
  const config = configFor(team)
  const sources = config.subgraphs.map((subgraph) => ({
    config: subgraph,
    sdl: subgraph.name === 'auth' ? authSdlFor(team) : (team.sdl[subgraph.name] ?? ''),
    origin: `${subgraph.name}.graphql`,
  }))
  const { rules, placeOfRule, authNames } = config
  const accepted = team.accepted ?? new Set<string>()
  return { ...composeGraph(sources, { rules, placeOfRule, authNames, accepted }), config }
}

export interface Loaded extends AsyncDisposable {
  readonly graph: Graph
}

/** Composed, and loaded as a gateway does. */
export async function loadTeam(team: TeamGraph): Promise<Loaded & { readonly sdl: string }> {
  const { sdl, config } = composeTeam(team)
  return { sdl, ...(await loadComposed(sdl, { team, config })) }
}

export async function loadComposed(
  sdl: string,
  {
    team,
    config = configFor(team),
  }: { readonly team: TeamGraph; readonly config?: SupergraphConfig },
): Promise<Loaded> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const supergraph = createSupergraph({ logger, ...graphParts() })
  const graph = await supergraph.load({ sdl, config, authSdl: authSdlFor(team) })
  return { graph, [Symbol.asyncDispose]: () => supergraph.stop() }
}
