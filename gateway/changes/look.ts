// What a graph would be made from at this moment: files beside supergraph.yaml, texts at addresses, and what running subgraphs say
// of themselves. Files are read when they have changed, addresses asked with their ETag; one that is away is as it was.
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Registry } from '../announcements/registry.ts'
import { accessLockPath } from '../supergraph/access-lock.ts'
import { packagedSdl } from '../supergraph/composition/auth-sdl.ts'
import { withoutQuery } from '../supergraph/composition/fetch-sdl.ts'
import {
  type SubgraphConfig,
  type SupergraphConfig,
  SupergraphConfigError,
  type Variables,
} from '../supergraph/config.ts'
import { readSupergraphConfig } from '../supergraph/read-config.ts'
import { type AskingOptions, createAsking } from './asking.ts'
import { type Contents, digestOf } from './contents.ts'

export interface Seen {
  readonly contents: Contents
  readonly config: SupergraphConfig
  readonly origins: Readonly<Record<string, string>>
}

/** `missing`: subgraphs that have not said yet what they are. */
export type Sight =
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'missing'; readonly names: readonly string[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] }

export interface SourceHealth {
  readonly name: string
  readonly from: 'file' | 'package' | 'url' | 'subgraph' | 'announced' | 'composed'
  /** When it last said what it is, in milliseconds; `null`: not since the start, or it is a file. */
  readonly seenAt: number | null
  /** Why it was of no use the last time; `null`: it was. */
  readonly failure: string | null
}

export interface Look {
  /** What there is, without asking anybody. */
  look(): Promise<Sight>
  /** Asks whom nobody has asked for a while. */
  ask(): Promise<void>
  /** What was served last counts until somebody says otherwise. */
  adopt(sdls: Readonly<Record<string, string>>): void
  health(): readonly SourceHealth[]
}

export interface LookOptions extends Omit<AskingOptions, 'addressesOf'> {
  readonly configPath: string
  readonly variables: Variables
  /** Where subgraphs have announced themselves. */
  readonly announcements: Pick<Registry, 'expect' | 'addressesOf'>
}

const NO_FILE = 'there is no such file, or it cannot be read'

export function createLook(options: LookOptions): Look {
  const { configPath, variables, announcements, now } = options
  const files = createFiles()
  const asking = createAsking({ ...options, addressesOf: announcements.addressesOf })
  /** The last that could be read: a broken one names nobody. */
  let config: SupergraphConfig | null = null
  let isComposed = false
  /** Looked at every second, and seldom another: what is the same is not read, compared or hashed anew. */
  let before: { readonly yaml: string; readonly seen: Seen } | null = null
  const beside = (file: string) => resolve(dirname(configPath), file)

  async function look(): Promise<Sight> {
    const yaml = await files.read(configPath)
    if (yaml === null) return { kind: 'unreadable', problems: [`${configPath}: ${NO_FILE}`] }
    const known = before?.yaml === yaml ? before.seen : null
    try {
      config =
        known?.config ?? readSupergraphConfig(yaml, { variables, source: configPath, now: now() })
    } catch (error) {
      if (!(error instanceof SupergraphConfigError)) throw error
      return { kind: 'unreadable', problems: error.problems }
    }
    announcements.expect(
      new Map(
        config.subgraphs.flatMap(({ name, announced }) =>
          announced === null ? [] : [[name, announced] as const],
        ),
      ),
    )
    const supergraph = await files.read(join(dirname(configPath), 'supergraph.graphql'))
    isComposed = supergraph !== null
    const others = await digestOfOthers(config)
    const sdls: Record<string, string> = {}
    const origins: Record<string, string> = {}
    const missing: string[] = []
    const problems: string[] = []
    for (const subgraph of config.subgraphs) {
      const { name, schema } = subgraph
      // Auth's is compared with what was composed elsewhere; the others are in it.
      if (isComposed && name !== 'auth') continue
      const sdl = await textOf(name, schema)
      origins[name] = originOf(schema, beside)
      if (sdl !== null) sdls[name] = sdl
      else if ('announced' in schema) askNow(subgraph)
      else if ('file' in schema) problems.push(`${origins[name]}: ${NO_FILE}`)
      else {
        missing.push(name)
        if (asking.said(name).failure === null) void asking.ask(subgraph)
      }
    }
    if (problems.length > 0) return { kind: 'unreadable', problems }
    if (missing.length > 0) return { kind: 'missing', names: missing }
    const contents = { yaml, sdls, supergraph, others }
    const seen =
      known !== null && isSame(known.contents, contents) ? known : { contents, config, origins }
    before = { yaml, seen }
    return { kind: 'seen', seen }
  }

  async function textOf(name: string, schema: SubgraphConfig['schema']): Promise<string | null> {
    if ('of' in schema) return packagedSdl(schema.of)
    if ('file' in schema) return await files.read(beside(schema.file))
    return asking.said(name).sdl
  }

  async function digestOfOthers({ policiesModule, documents }: SupergraphConfig): Promise<string> {
    const named = [policiesModule, documents.manifest].flatMap((file) => file ?? []).map(beside)
    const texts = await Promise.all([...named, accessLockPath(configPath)].map(files.read))
    return digestOf(JSON.stringify(texts))
  }

  /** It belongs to the graph as soon as it has said where and what it is, and not before. */
  function askNow(subgraph: SubgraphConfig): void {
    if (announcements.addressesOf(subgraph.name).length > 0) void asking.ask(subgraph)
  }

  return {
    look,
    async ask() {
      if (config !== null && !isComposed) await Promise.all(config.subgraphs.map(asking.ask))
    },
    adopt: asking.adopt,
    health: () =>
      (config?.subgraphs ?? []).map(({ name, schema }) => {
        const { seenAt, failure } = asking.said(name)
        const isNowhere = 'announced' in schema && announcements.addressesOf(name).length === 0
        const from = isComposed ? 'composed' : kindOf(schema)
        return { name, from, seenAt, failure: isNowhere ? 'it is announced nowhere' : failure }
      }),
  }
}

function isSame(one: Contents, other: Contents): boolean {
  const names = Object.keys(other.sdls)
  return (
    one.supergraph === other.supergraph &&
    one.others === other.others &&
    names.length === Object.keys(one.sdls).length &&
    names.every((name) => one.sdls[name] === other.sdls[name])
  )
}

function kindOf(schema: SubgraphConfig['schema']): SourceHealth['from'] {
  if ('of' in schema) return 'package'
  if ('file' in schema) return 'file'
  if ('announced' in schema) return 'announced'
  return 'url' in schema ? 'url' : 'subgraph'
}

function originOf(schema: SubgraphConfig['schema'], beside: (file: string) => string): string {
  if ('of' in schema) return 'this package'
  if ('file' in schema) return beside(schema.file)
  if ('announced' in schema) return 'the running subgraph'
  return withoutQuery('url' in schema ? schema.url : schema.subgraphUrl)
}

/** Texts of files, read anew when their time, size or place on disk is another one: a mounted folder is swapped by a link. */
function createFiles() {
  const known = new Map<string, { readonly mark: string; readonly text: string }>()
  return {
    /** `null`: there is none, or it cannot be read. */
    async read(path: string): Promise<string | null> {
      try {
        const { mtimeMs, size, ino, dev } = await stat(path)
        const mark = JSON.stringify([mtimeMs, size, ino, dev])
        const before = known.get(path)
        if (before?.mark === mark) return before.text
        const text = await readFile(path, 'utf8')
        known.set(path, { mark, text })
        return text
      } catch {
        known.delete(path)
        return null
      }
    },
  }
}
