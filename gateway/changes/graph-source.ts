// From texts to what a gateway loads: the files of the deployment beside them.
import { loadTrustedDocuments } from '../documents/documents.ts'
import { packagedAuthSdl, renamedAuthSdl } from '../supergraph/composition/auth-sdl.ts'
import { AUTH_SUBGRAPH, type SupergraphConfig } from '../supergraph/config.ts'
import { readSupergraphConfig } from '../supergraph/read-config.ts'
import type { GraphPlace } from '../supergraph/open.ts'
import { loadPolicies } from '../supergraph/policies.ts'
import type { GraphSource } from '../supergraph.ts'
import type { Contents } from './contents.ts'
import type { Composed } from './judge.ts'
import type { Seen } from './look.ts'

export function readConfigOf(
  { yaml }: Pick<Contents, 'yaml'>,
  { place, now }: { readonly place: GraphPlace; readonly now: () => number },
): SupergraphConfig {
  const { configPath: source, variables } = place
  return readSupergraphConfig(yaml, { variables, source, now: now() })
}

export async function policiesOf(config: SupergraphConfig, place: GraphPlace) {
  return { ...(await loadPolicies(place.configPath, config)), ...place.policies }
}

export async function sourceOf(
  contents: Contents,
  { sdl, authSdl }: Pick<Composed, 'sdl' | 'authSdl'>,
  parts: { readonly place: GraphPlace; readonly now: () => number },
): Promise<GraphSource> {
  const config = readConfigOf(contents, parts)
  const policies = await policiesOf(config, parts.place)
  const trusted = await loadTrustedDocuments(parts.place.configPath, config.documents)
  const subgraphs = config.subgraphs.filter(
    ({ name, schema }) => !('announced' in schema) || name in contents.sdls,
  )
  return { sdl, authSdl, config: { ...config, subgraphs }, policies, trusted }
}

/** Loading it finds what is wrong with it; there is nothing to compare it with. */
export function composedBefore({ contents: { supergraph, sdls }, config }: Seen): Composed | null {
  if (supergraph === null) return null
  const authSdl = renamedAuthSdl(sdls[AUTH_SUBGRAPH] ?? packagedAuthSdl(), config.authNames)
  return { sdl: supergraph, authSdl, opened: [], waiting: [], reasons: [], changes: [] }
}

/** What a version said of itself, under the files of now: they say what holds, and auth is this package's. */
export function withTextsOf(kept: Contents, { contents, config }: Seen): Contents {
  const known = new Set(
    config.subgraphs.filter(({ schema }) => !('of' in schema)).map(({ name }) => name),
  )
  const texts = Object.entries(kept.sdls).filter(
    ([name]) => known.has(name) && name !== AUTH_SUBGRAPH,
  )
  return {
    ...contents,
    supergraph: kept.supergraph,
    sdls: { ...contents.sdls, ...Object.fromEntries(texts) },
  }
}

/** So many are tried: each costs a process of its own. */
const TRIED = 5

/** What there would be if one of the subgraphs whose SDL came by itself had not changed, for each that has. */
export function withoutOne(before: Contents, { contents, config }: Seen): readonly Contents[] {
  if (contents.supergraph !== null || before.supergraph !== null) return []
  return config.subgraphs
    .filter(({ schema }) => !('file' in schema || 'of' in schema))
    .filter(({ name }) => name in contents.sdls && contents.sdls[name] !== before.sdls[name])
    .slice(0, TRIED)
    .flatMap(({ name, schema }) => {
      const { [name]: _, ...others } = contents.sdls
      const known = before.sdls[name]
      if (known !== undefined) return [{ ...contents, sdls: { ...others, [name]: known } }]
      return 'announced' in schema ? [{ ...contents, sdls: others }] : []
    })
}
