// `import { defineConfig } from 'sallyport'`: the types of sallyport.config.ts, and nothing that runs (docs/hooks.md).
import type { Hooks as GatewayHooks } from './gateway/hooks/hooks.ts'
import type { AuthHooks } from './subgraphs/auth/hooks/hooks.ts'

/** The default export of `sallyport.config.ts`, `.mts`, `.mjs` or `.js` beside `supergraph.yaml`. */
export interface SallyportConfig {
  readonly hooks?: GatewayHooks & AuthHooks
}

/** Gives an editor the types; at run time it is what it was given. */
export function defineConfig(config: SallyportConfig): SallyportConfig {
  return config
}
