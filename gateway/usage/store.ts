// Where it is written down who asks for what: a file beside the graphs, and for the other gateways the fields alone, in NATS KV.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import type { Bucket } from '../changes/bucket.ts'
import type { Operation } from './usage.ts'

const compress = promisify(gzip)
const expand = promisify(gunzip)
const MAX_BYTES = 16 * 1024 * 1024
const GATEWAYS = 100

const file = z.object({
  since: z.number(),
  asked: z.array(z.string()),
  operations: z.array(
    z.tuple([
      z.string(),
      z.object({
        name: z.string(),
        fields: z.array(z.string()).nullable(),
        clients: z.array(
          z.tuple([z.string(), z.object({ requests: z.number(), lastAt: z.number() })]),
        ),
      }),
    ]),
  ),
})
const shared = z.object({ at: z.number(), fields: z.array(z.string()) })

export interface Kept {
  /** Since when is counted, in milliseconds. */
  readonly since: number
  readonly operations: readonly (readonly [string, Operation])[]
}

export interface UsageStore {
  /** Null: nothing was written down. */
  read(): Promise<Kept | null>
  write(kept: Kept, asked: readonly string[]): Promise<void>
  /** What other workers and gateways were asked for lately. */
  others(): Promise<readonly string[]>
}

export interface UsageStoreOptions {
  readonly folder: string
  readonly bucket: Bucket | null
  /** Of this process among those that share the folder. */
  readonly id: string
  readonly windowMs: number
  readonly now: () => number
}

export function createUsageStore(options: UsageStoreOptions): UsageStore {
  const { folder, bucket, id, now } = options
  const process = crypto.randomUUID()
  const own = `usage-${id}.json`
  const path = join(folder, own)

  return {
    async read() {
      const kept = await readJson(path)
      if (kept === null) return null
      const operations = kept.operations.map(
        ([key, one]) => [key, { ...one, clients: new Map(one.clients) }] as const,
      )
      return { since: kept.since, operations }
    },
    async write({ since, operations }, asked) {
      const told = operations.map(([key, one]) => [key, { ...one, clients: [...one.clients] }])
      const draft = `${path}.draft`
      // One that cannot be written is told of with the graphs.
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() =>
          writeFile(draft, JSON.stringify({ since, asked, operations: told }), { mode: 0o600 }),
        )
        .then(() => rename(draft, path))
        .catch(() => undefined)
      if (bucket?.isAvailable() !== true) return
      const value = await compress(JSON.stringify({ at: now(), fields: asked }))
      await bucket.put(`usage.${process}`, value)
    },
    async others() {
      const names = await readdir(folder).catch(() => [])
      const files = names.filter((name) => /^usage-[\w-]+\.json$/.test(name) && name !== own)
      const beside = await Promise.all(files.map((name) => readJson(join(folder, name))))
      const keys = bucket?.isAvailable() ? await bucket.keys('usage', GATEWAYS).catch(() => []) : []
      const elsewhere = await Promise.all(
        keys.filter((key) => key !== `usage.${process}`).map((key) => read(bucket as Bucket, key)),
      )
      return [
        ...beside.flatMap((one) => one?.asked ?? []),
        ...elsewhere.flatMap((one) =>
          one !== null && now() - one.at <= options.windowMs ? one.fields : [],
        ),
      ]
    },
  }
}

async function readJson(path: string): Promise<z.infer<typeof file> | null> {
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

/** Somebody else's words: at worst a change is held that need not be. */
async function read(bucket: Bucket, key: string): Promise<z.infer<typeof shared> | null> {
  try {
    const value = await bucket.get(key)
    if (value === null) return null
    const text = await expand(value, { maxOutputLength: MAX_BYTES })
    return shared.parse(JSON.parse(text.toString('utf8')))
  } catch {
    return null
  }
}
