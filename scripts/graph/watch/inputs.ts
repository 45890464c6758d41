// All that a graph is made from, as text: files beside supergraph.yaml, and what running subgraphs say of themselves.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fetchSdl, type IdentityFor } from '../../../gateway/supergraph/composition/fetch-sdl.ts'
import type { SubgraphConfig, SupergraphConfig } from '../../../gateway/supergraph/config.ts'
import { HOOK_FILES } from '../../../platform/hooks/read-config.ts'
import { isComposedElsewhere, readConfigToCompose, supergraphPathOf } from '../composed-files.ts'

export interface Inputs {
  /** Of all that the graph is made from. */
  readonly graph: string
  /** Of sallyport.config. */
  readonly hooks: string
}

export interface Look {
  (): Promise<Inputs>
  /** Whether a composed supergraph beside the YAML may be older than what it was made from. */
  isStale(): boolean
}

/** Running subgraphs are asked less often than files are read. */
const ASK_EVERY_MS = 2_000

export function createLook(
  configPath: string,
  { identityFor, monotonic }: { identityFor: IdentityFor | undefined; monotonic: () => number },
): Look {
  const said = new Map<string, string>()
  let askAt = Number.NEGATIVE_INFINITY
  /** The last that could be read: a broken one names no other files. */
  let config: SupergraphConfig | null = null

  function read(): SupergraphConfig | null {
    try {
      config = readConfigToCompose(configPath)
    } catch {
      // Composing says what is wrong with it.
    }
    return config
  }

  /** One that does not answer is as it was: it may be starting again. */
  async function ask(subgraphs: readonly SubgraphConfig[]): Promise<void> {
    if (monotonic() < askAt) return
    askAt = monotonic() + ASK_EVERY_MS
    await Promise.all(
      subgraphs.map(async ({ name, schema }) => {
        if ('file' in schema || 'of' in schema || 'announced' in schema) return
        const identity = 'url' in schema ? undefined : await identityFor?.(name)
        const sdl = await fetchSdl({ ...schema, identity }).catch(() => null)
        if (sdl !== null) said.set(name, sdl)
      }),
    )
  }

  return Object.assign(
    async () => {
      const known = read()
      if (known !== null && !isComposedElsewhere(configPath)) await ask(known.subgraphs)
      return {
        graph: digest([...textsOf(filesOf(configPath, known)), ...said]),
        hooks: digest(textsOf(HOOK_FILES.map((name) => join(dirname(configPath), name)))),
      }
    },
    {
      isStale() {
        const known = read()
        const path = supergraphPathOf(configPath)
        if (known === null || !existsSync(path) || isComposedElsewhere(configPath)) return false
        if (known.subgraphs.some(({ schema }) => !('file' in schema || 'of' in schema))) return true
        return filesOf(configPath, known).some((file) => ageOf(file) > ageOf(path))
      },
    },
  )
}

function filesOf(configPath: string, config: SupergraphConfig | null): readonly string[] {
  const beside = (file: string) => resolve(dirname(configPath), file)
  const files = [configPath]
  // Where nobody else composes, what was composed before is made from the others.
  if (isComposedElsewhere(configPath)) files.push(supergraphPathOf(configPath))
  if (config === null) return files
  const { policiesModule, documents, subgraphs } = config
  if (policiesModule !== null) files.push(beside(policiesModule))
  if (documents.manifest !== null) files.push(beside(documents.manifest))
  for (const { schema } of subgraphs) if ('file' in schema) files.push(beside(schema.file))
  return files
}

function textsOf(files: readonly string[]): (readonly [string, string])[] {
  return files.map((file) => [file, readText(file)])
}

/** One that is not there for a moment, while an editor writes it anew, is empty. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function ageOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function digest(texts: readonly (readonly [string, string])[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url')
}
