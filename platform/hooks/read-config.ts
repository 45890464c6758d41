// `sallyport.config.ts`, `.mts`, `.mjs` or `.js` beside supergraph.yaml: read once by each part that has hooks, at its start.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { importModule } from '../import-module.ts'
import { SetupError } from '../setup-error.ts'

class HooksError extends SetupError {
  override readonly name = 'HooksError'
}

/** Beside supergraph.yaml, one of them. */
export const HOOK_FILES = [
  'sallyport.config.ts',
  'sallyport.config.mts',
  'sallyport.config.mjs',
  'sallyport.config.js',
] as const

/** One file for all of them: each part checks it whole, and takes its own. */
export const HOOK_NAMES = {
  gateway: ['onRequest', 'onSubgraphRequest', 'onResponse'],
  auth: ['beforeRegister', 'beforeSignIn', 'claims'],
} as const

const KNOWN: readonly string[] = Object.values(HOOK_NAMES).flat()

interface ConfigFile {
  readonly hooks?: Readonly<Record<string, unknown>>
}

/**
 * @returns the hooks by name, each a function or `{ run, deadlineMs, onFailure }`; none where there is no file
 * @throws HooksError that says what is wrong with the file
 */
export async function readHooksFile(supergraphPath: string): Promise<ConfigFile['hooks']> {
  const folder = resolve(dirname(supergraphPath))
  const [path, another] = HOOK_FILES.map((name) => join(folder, name)).filter((one) =>
    existsSync(one),
  )
  if (path === undefined) return {}
  if (another !== undefined) throw new HooksError(`${path} and ${another}: keep one of them`)
  const config = await importConfig(path)
  refuseUnknown(config, path)
  return config.hooks ?? {}
}

async function importConfig(path: string): Promise<ConfigFile> {
  const { default: config } = await importModule(path).catch((cause: Error) => {
    throw new HooksError(cause.message, { cause })
  })
  if (typeof config === 'object' && config !== null) return config
  throw new HooksError(`${path} has no default export: export default defineConfig({ … })`)
}

/** A name that is misspelt would be a check that nobody makes. */
function refuseUnknown({ hooks = {}, ...rest }: ConfigFile, path: string): void {
  const [other] = Object.keys(rest)
  if (other !== undefined) throw new HooksError(`${path}: "${other}" is not known there`)
  if (typeof hooks !== 'object' || hooks === null)
    throw new HooksError(`${path}: hooks is an object, from names to functions`)
  for (const [name, hook] of Object.entries(hooks)) {
    if (!KNOWN.includes(name))
      throw new HooksError(`${path}: there is no hook "${name}"; there are ${KNOWN.join(', ')}`)
    if (typeof hook === 'function' || isHook(hook)) continue
    throw new HooksError(
      `${path}: ${name} is a function, or { run, deadlineMs (1 to 10000), onFailure ("refuse" or "ignore") }`,
    )
  }
}

function isHook(hook: unknown): boolean {
  const {
    run,
    deadlineMs = 1,
    onFailure = 'refuse',
    ...unknown
  } = (hook ?? {}) as Partial<Record<string, unknown>>
  return (
    typeof run === 'function' &&
    Number.isInteger(deadlineMs) &&
    Number(deadlineMs) > 0 &&
    Number(deadlineMs) <= 10_000 &&
    ['refuse', 'ignore'].includes(String(onFailure)) &&
    Object.keys(unknown).length === 0
  )
}
