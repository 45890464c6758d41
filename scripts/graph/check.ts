// `sallyport check`, for a team's CI: what nobody can read, what is not composed anew, and with `--against` what breaks clients
// and who gained access.
import { existsSync, readFileSync } from 'node:fs'
import { findBreakingChanges } from 'graphql'
import { compareAccess } from '../../gateway/explain/compare.ts'
import { composeFromConfig } from '../../gateway/supergraph/compose-from-config.ts'
import { loadPolicies } from '../../gateway/supergraph/policies.ts'
import { readAuthSdl } from '../../gateway/supergraph/sources.ts'
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

export async function check({ config: named, against }: Given): Promise<Outcome> {
  const configPath = findConfigPath(named)
  const { count, problems } = isComposedElsewhere(configPath)
    ? await checkServed(configPath)
    : await checkComposed(configPath)
  const all = [
    ...problems,
    ...(typeof against === 'string' ? await changesSince(against, configPath) : []),
  ]
  if (all.length === 0)
    return { said: `${count} subgraphs checked: nothing to say.`, isComplete: true }
  return { said: all.map((problem) => `- ${problem}`).join('\n'), isComplete: false }
}

interface Checked {
  readonly count: number
  readonly problems: readonly string[]
}

async function checkComposed(configPath: string): Promise<Checked> {
  const config = readConfigToCompose(configPath)
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
  return { count: sources.length, problems }
}

/** A supergraph that was composed elsewhere is what is served: nothing is composed here. */
async function checkServed(configPath: string): Promise<Checked> {
  const config = readConfigToCompose(configPath)
  const policies = await loadPolicies(configPath, config)
  const sdl = readFileSync(supergraphPathOf(configPath), 'utf8')
  const authSdl = await readAuthSdl(configPath, config)
  await printApi({ sdl, config, policies, authSdl })
  return { count: config.subgraphs.length, problems: [] }
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
  const broken = findBreakingChanges(before.schema, now.schema)
  const changes = compareAccess(before.fields, now.fields, {
    nowSeconds: Date.now() / 1000,
    composedBefore: before.composed,
  })
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
