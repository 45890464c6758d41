// `sallyport.config.ts`, `.mjs` or `.js` beside supergraph.yaml: read once, at the start; without one there are no hooks, and no steps for them.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkRefusal, checkResponse, checkSubgraphHeaders } from './additions.ts'
import type {
  HeaderValues,
  HookRequest,
  HookResponse,
  HookSubgraphRequest,
  Hooks,
  ResponseAdditions,
  SallyportConfig,
} from './hooks.ts'
import { type ReadyHook, readyHook } from './run-hook.ts'

/** `null`: there is none. */
export interface ReadyHooks {
  readonly onRequest: ReadyHook<HookRequest, { readonly refuse: string }> | null
  readonly onSubgraphRequest: ReadyHook<
    HookSubgraphRequest,
    { readonly headers: HeaderValues }
  > | null
  readonly onResponse: ReadyHook<HookResponse, ResponseAdditions> | null
}

class HooksError extends Error {
  override readonly name = 'HooksError'
}

const NAMES = ['sallyport.config.ts', 'sallyport.config.mjs', 'sallyport.config.js'] as const
const HOOKS: readonly string[] = [
  'onRequest',
  'onSubgraphRequest',
  'onResponse',
] satisfies (keyof Hooks)[]

interface Logger {
  warn(...args: unknown[]): void
}

/** @throws HooksError that says what is wrong with the file. */
export async function loadHooks(supergraphPath: string, logger: Logger): Promise<ReadyHooks> {
  const folder = resolve(dirname(supergraphPath))
  const [path, another] = NAMES.map((name) => join(folder, name)).filter((one) => existsSync(one))
  if (path === undefined) return readyHooks({}, logger)
  if (another !== undefined) throw new HooksError(`${path} and ${another}: keep one of them`)
  const config = await importConfig(path)
  refuseUnknown(config, path)
  return readyHooks(config.hooks ?? {}, logger)
}

export function readyHooks(hooks: Hooks, logger: Logger): ReadyHooks {
  const { onRequest, onSubgraphRequest, onResponse } = hooks
  return {
    onRequest: onRequest
      ? readyHook(onRequest, { name: 'onRequest', logger, check: checkRefusal })
      : null,
    onSubgraphRequest: onSubgraphRequest
      ? readyHook(onSubgraphRequest, {
          name: 'onSubgraphRequest',
          logger,
          check: checkSubgraphHeaders,
        })
      : null,
    onResponse: onResponse
      ? readyHook(onResponse, { name: 'onResponse', logger, check: checkResponse })
      : null,
  }
}

async function importConfig(path: string): Promise<SallyportConfig> {
  try {
    const loaded = (await import(pathToFileURL(path).href)) as { default?: SallyportConfig }
    if (typeof loaded.default === 'object' && loaded.default !== null) return loaded.default
  } catch (cause) {
    const hint = path.endsWith('.ts') ? ' (node reads TypeScript from version 22.18 on)' : ''
    throw new HooksError(`${path} cannot be loaded: ${(cause as Error).message}${hint}`, { cause })
  }
  throw new HooksError(`${path} has no default export: export default defineConfig({ … })`)
}

/** A name that is misspelt would be a check that nobody makes. */
function refuseUnknown({ hooks = {}, ...rest }: SallyportConfig, path: string): void {
  const [other] = Object.keys(rest)
  if (other !== undefined) throw new HooksError(`${path}: "${other}" is not known there`)
  for (const [name, hook] of Object.entries(hooks)) {
    if (!HOOKS.includes(name)) throw new HooksError(`${path}: there is no hook "${name}"`)
    if (typeof hook === 'function') continue
    const { run, deadlineMs = 1, onFailure = 'refuse', ...unknown } = hook ?? {}
    const isRight =
      typeof run === 'function' &&
      Number.isInteger(deadlineMs) &&
      deadlineMs > 0 &&
      deadlineMs <= 10_000 &&
      ['refuse', 'ignore'].includes(onFailure) &&
      Object.keys(unknown).length === 0
    if (!isRight) {
      throw new HooksError(
        `${path}: ${name} is a function, or { run, deadlineMs (1 to 10000), onFailure ("refuse" or "ignore") }`,
      )
    }
  }
}
