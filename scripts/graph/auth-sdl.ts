// `sallyport auth-sdl`: what a registry has to know of auth.
import { gatewaySdl } from '../../gateway/administration/sdl.ts'
import { readAuthSdl } from '../../gateway/supergraph/sources.ts'
import { type Given, type Outcome, UsageError } from '../operator/command.ts'
import { readConfigToCompose } from './composed-files.ts'
import { findConfigPath } from './config-path.ts'

export async function printAuthSdl({ config, of }: Given): Promise<Outcome> {
  if (of === 'gateway') return { said: gatewaySdl.trimEnd(), isComplete: true }
  if (of !== undefined)
    throw new UsageError(
      `--of is gateway, whatever supergraph.yaml calls it, and not "${String(of)}".`,
    )
  const configPath = findConfigPath(config)
  const sdl = await readAuthSdl(configPath, readConfigToCompose(configPath))
  return { said: sdl.trimEnd(), isComplete: true }
}
