// From texts to what a gateway loads: the files of the deployment beside them.
import { loadTrustedDocuments } from '../documents/documents.ts'
import { packagedAuthSdl, renamedAuthSdl } from '../supergraph/composition/auth-sdl.ts'
import { AUTH_SUBGRAPH, type SupergraphConfig } from '../supergraph/config.ts'
import type { GraphPlace } from '../supergraph/open.ts'
import { loadPolicies } from '../supergraph/policies.ts'
import { readSupergraphConfig } from '../supergraph/read-config.ts'
import type { GraphSource } from '../supergraph.ts'
import { type Contents, idOf } from './contents.ts'
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

/** Subgraphs whose SDL came by itself and is another than the one that is served, and without which there would be a graph too. */
export function changedByThemselves(
  served: Contents,
  { contents, config }: Pick<Seen, 'contents' | 'config'>,
): readonly string[] {
  if (contents.supergraph !== null || served.supergraph !== null) return []
  return config.subgraphs
    .filter(({ schema }) => !('file' in schema || 'of' in schema))
    .filter(({ name }) => name in contents.sdls && contents.sdls[name] !== served.sdls[name])
    .filter(({ name, schema }) => name in served.sdls || 'announced' in schema)
    .map(({ name }) => name)
}

/** What there would be if of those only these had changed; `served` itself where that is all. */
export function withAlone(names: readonly string[], served: Contents, seen: Seen): Contents {
  const sdls = { ...seen.contents.sdls }
  for (const name of changedByThemselves(served, seen)) {
    if (names.includes(name)) continue
    const before = served.sdls[name]
    if (before === undefined) delete sdls[name]
    else sdls[name] = before
  }
  const contents = { ...seen.contents, sdls }
  return idOf(contents) === idOf(served) ? served : contents
}
