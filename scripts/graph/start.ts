// `sallyport start`: what a container runs. Each part as a program of its own, or both here.
import type { Given, Outcome } from '../operator/command.ts'
import { withConfigPath } from './config-path.ts'
import { beginAgainWithEngineFlags } from './with-engine-flags.ts'

/** The programs read the environment by themselves. */
export async function start({ part }: Given): Promise<Outcome> {
  if (part !== 'auth') beginAgainWithEngineFlags()
  Object.assign(process.env, withConfigPath(process.env))
  process.env.NODE_ENV ??= 'production'
  if (part !== 'gateway') await import('../../subgraphs/auth/main.ts')
  if (part !== 'auth') await import('../../gateway/main.ts')
  return { said: '', isComplete: true }
}
