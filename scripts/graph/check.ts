// `sallyport check`, for a team's CI: what nobody can read, what is not composed anew, and with `--against` what breaks clients
// and who gained access.
import { existsSync, readFileSync } from 'node:fs'
import { breakingChanges } from '../../gateway/changes/breaking-changes.ts'
import { compareAccess } from '../../gateway/explain/compare.ts'
import { composeFromConfig } from '../../gateway/supergraph/compose-from-config.ts'
import { loadPolicies } from '../../gateway/supergraph/policies.ts'
import { readAuthSdl } from '../../gateway/supergraph/sources.ts'
import { withoutAnnounced } from '../../gateway/supergraph/without-announced.ts'
import { openEarlierGraph } from '../access/earlier-graph.ts'
import { openGraph } from '../access/open-graph.ts'
import type { Given, Outcome } from '../operator/command.ts'
import { compareFiles } from '../schema/files.ts'
import {
  composedFiles,
  isComposedElsewhere,
  printApi,
  readConfigToCompose,
  supergraphPathOf,
} from './composed-files.ts'
import { findConfigPath } from './config-path.ts'
import { identityForSubgraphs } from './identity-for-subgraphs.ts'
import { undescribedScopes } from './undescribed-scopes.ts'

export async function check({ config: named, against }: Given): Promise<Outcome> {
  const configPath = findConfigPath(named)
  const { count, problems, remarks } = isComposedElsewhere(configPath)
    ? await checkServed(configPath)
    : await checkComposed(configPath)
  const all = [
    ...problems,
    ...(typeof against === 'string' ? await changesSince(against, configPath) : []),
  ]
  const isComplete = all.length === 0
  const outcome = remarks.length === 0 ? 'nothing to say' : 'nothing fails'
  const lines = [
    ...(isComplete ? [`${count} subgraphs checked: ${outcome}.`] : []),
    ...all.map((problem) => `- ${problem}`),
    ...remarks.map((remark) => `- warning: ${remark}`),
  ]
  return { said: lines.join('\n'), isComplete }
}

interface Checked {
  readonly count: number
  readonly problems: readonly string[]
  /** What works, and could be better. */
  readonly remarks: readonly string[]
}

async function checkComposed(configPath: string): Promise<Checked> {
  const { config, leftOut } = withoutAnnounced(readConfigToCompose(configPath))
  const policies = await loadPolicies(configPath, config)
  const identityFor = await identityForSubgraphs()
  const composed = await composeFromConfig(configPath, { config, policies, identityFor })
  const { sdl, authSdl, denied, sources } = composed
  // Loaded as a gateway does.
  await printApi({ sdl, config, policies, authSdl })
  const problems = [
    ...denied.map((coordinate) => `${coordinate}: no access rule, so nobody can read it`),
    ...staleFiles(configPath, composed),
  ]
  const remarks = [
    ...undescribedScopes(sdl, { config, policies }),
    ...leftOut.map((name) => `${name} announces itself, and is left out: gateways judge it`),
  ]
  return { count: sources.length, problems, remarks }
}

/** A supergraph that was composed elsewhere is what is served: nothing is composed here. */
async function checkServed(configPath: string): Promise<Checked> {
  const config = readConfigToCompose(configPath)
  const policies = await loadPolicies(configPath, config)
  const sdl = readFileSync(supergraphPathOf(configPath), 'utf8')
  const authSdl = await readAuthSdl(configPath, config)
  await printApi({ sdl, config, policies, authSdl })
  const remarks = undescribedScopes(sdl, { config, policies })
  return { count: config.subgraphs.length, problems: [], remarks }
}

/** Where a supergraph is committed, it is what is served. */
function staleFiles(
  configPath: string,
  composed: Parameters<typeof composedFiles>[1],
): readonly string[] {
  if (!existsSync(supergraphPathOf(configPath))) return []
  const stale = compareFiles(composedFiles(configPath, composed))
  return stale.map((path) => `${path} is out of date: run "sallyport compose", and commit it`)
}

/** @param against A commit, another supergraph.yaml, or a composed supergraph that was kept. */
async function changesSince(against: string, configPath: string): Promise<readonly string[]> {
  const before = await openEarlierGraph(against, { configPath })
  const now = await openGraph({ configPath })
  const broken = breakingChanges(before.schema, now.schema)
  const changes = compareAccess(before, now, { nowSeconds: Date.now() / 1000 })
  return [
    ...broken.map(({ description }) => `breaks clients: ${description}`),
    ...changes
      .filter(({ kind }) => kind === 'gained' || kind === 'changed')
      .map(
        ({ coordinate, before, after }) =>
          `gained access: ${coordinate}: ${before} before, ${after} now`,
      ),
  ]
}
