// `sallyport compose`: the supergraph, and what `access: public` opens, as files beside the YAML.
import { existsSync } from 'node:fs'
import { composeFromConfig } from '../../gateway/supergraph/compose-from-config.ts'
import { loadPolicies } from '../../gateway/supergraph/policies.ts'
import type { Given, Outcome } from '../operator/command.ts'
import { compareFiles, writeFiles } from '../schema/files.ts'
import { apiFile, composedFiles, printApi, readConfigToCompose } from './composed-files.ts'
import { findConfigPath } from './config-path.ts'
import { identityForSubgraphs } from './identity-for-subgraphs.ts'

export async function compose({ config: named, check, api }: Given): Promise<Outcome> {
  const configPath = findConfigPath(named)
  const config = readConfigToCompose(configPath)
  const policies = await loadPolicies(configPath, config)
  const composed = await composeFromConfig(configPath, {
    config,
    policies,
    acceptsAll: true,
    identityFor: await identityForSubgraphs(),
  })
  const { sdl, authSdl, denied } = composed
  // Loaded as a gateway does: one that does not load there is not written.
  const clients = await printApi({ sdl, config, policies, authSdl })
  const files = new Map(composedFiles(configPath, composed))
  if (typeof api === 'string') files.set(...apiFile(api, clients))
  const count = `${composed.sources.length} subgraphs`
  if (check === true) {
    const stale = compareFiles(files).map((path) =>
      existsSync(path) ? `${path} is out of date` : `${path} is missing`,
    )
    if (stale.length > 0)
      return {
        said: `${stale.join('\n')}\nRun "sallyport compose", and commit it.`,
        isComplete: false,
      }
    return { said: `${count} compose, and every file is up to date.`, isComplete: true }
  }
  const written = writeFiles(files)
  const said = written.length > 0 ? `wrote ${written.join(', ')}` : 'everything was up to date'
  return {
    said: [`${count} compose: ${said}.`, ...describeDenied(denied)].join('\n'),
    isComplete: true,
  }
}

/** Not wrong, and seldom meant. */
export function describeDenied(denied: readonly string[]): readonly string[] {
  if (denied.length === 0) return []
  const shown = denied.slice(0, 20).map((coordinate) => `  ${coordinate}`)
  const more = denied.length > shown.length ? [`  and ${denied.length - shown.length} more`] : []
  return [
    'Nobody can read these: no rule stands on them, and "access" in supergraph.yaml gives them none.',
    ...shown,
    ...more,
  ]
}
