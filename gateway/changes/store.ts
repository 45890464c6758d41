// What a gateway keeps on disk of the graphs that it served: the texts of each, so that it can begin without anybody's help and go
// back; and what operators decided. Files of one folder, each written whole; workers of one machine share it.
//
//   history.json        the versions, newest first, and what `access: public` was accepted to open
//   decision.json       what an operator said last
//   versions/<id>.json  the texts
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Contents, contentsSchema } from './contents.ts'
import { type Decision, decisionSchema } from './decision.ts'
import { remembered } from './remembered.ts'

export interface GraphVersion {
  /** SHA-256 of the texts. */
  readonly id: string
  /** When it was served, as ISO 8601. */
  readonly at: string
  /** Who brought it: "the files and subgraphs", or an operator. */
  readonly by: string
  /** What was different from the one before. */
  readonly changes: readonly string[]
}

export interface History {
  readonly versions: readonly GraphVersion[]
  /** As the access lock has it. */
  readonly opened: readonly string[]
}

export interface GraphStore {
  history(): Promise<History>
  /** Puts a version first; see `remembered`. */
  keep(version: GraphVersion, contents: Contents, opened: readonly string[]): Promise<void>
  contentsOf(id: string): Promise<Contents | null>
  decision(): Promise<Decision | null>
  decide(decision: Decision): Promise<void>
  /** Where decisions reach: `machine`, the workers that share the folder; `nats`, all gateways. */
  reach(): 'machine' | 'nats' | 'nats-unavailable'
}

const version = z.object({
  id: z.string(),
  at: z.string(),
  by: z.string(),
  changes: z.array(z.string()),
})
const history = z.object({ versions: z.array(version), opened: z.array(z.string()) })

export interface StoreOptions {
  readonly folder: string
  readonly logger: { warn(...args: unknown[]): void }
}

export function createGraphStore({ folder, logger }: StoreOptions): GraphStore {
  const versions = join(folder, 'versions')
  let isTold = false

  async function read<T>(path: string, shape: z.ZodType<T>): Promise<T | null> {
    try {
      return shape.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT') logger.warn({ path, err: error }, 'what was kept of a graph is no use')
      return null
    }
  }

  /** A folder that cannot be written is no reason not to serve: there is no last good graph then, and somebody is told once. */
  async function write(path: string, value: unknown): Promise<boolean> {
    try {
      await mkdir(versions, { recursive: true, mode: 0o700 })
      const draft = `${path}.${process.pid}`
      await writeFile(draft, JSON.stringify(value), { mode: 0o600 })
      await rename(draft, path)
      return true
    } catch (error) {
      if (!isTold) logger.warn({ folder, err: error }, 'the graph cannot be kept: set GRAPH_DIR')
      isTold = true
      return false
    }
  }

  async function readHistory(): Promise<History> {
    return (await read(join(folder, 'history.json'), history)) ?? { versions: [], opened: [] }
  }

  return {
    history: readHistory,
    async keep(version, texts, opened) {
      const isKept = await write(join(versions, `${version.id}.json`), texts)
      if (!isKept) return
      const before = await readHistory()
      const all = [version, ...before.versions.filter(({ id }) => id !== version.id)]
      const left = remembered(all)
      await write(join(folder, 'history.json'), { versions: left, opened })
      const names = new Set(left.map(({ id }) => `${id}.json`))
      for (const name of await readdir(versions)) {
        if (name.endsWith('.json') && !names.has(name))
          await rm(join(versions, name), { force: true })
      }
    },
    contentsOf: async (id) =>
      /^[\da-f]{64}$/.test(id) ? await read(join(versions, `${id}.json`), contentsSchema) : null,
    decision: () => read(join(folder, 'decision.json'), decisionSchema),
    reach: () => 'machine',
    decide: async (one) => void (await write(join(folder, 'decision.json'), one)),
  }
}
