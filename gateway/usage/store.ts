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
/** Of one gateway, and of all of them together, unpacked. */
const MAX_BYTES = { one: 2 * 1024 * 1024, all: 16 * 1024 * 1024 }
/** A gateway that starts again is another one. */
const GATEWAYS = 1000
/** For all of them: whoever judges a change waits for it. */
const PATIENCE_MS = 5_000

const file = z.object({
  since: z.number(),
  fields: z.array(z.tuple([z.string(), z.number()])).default([]),
  operations: z.array(
    z.tuple([
      z.string(),
      z.object({
        name: z.string(),
        fields: z
          .array(z.string())
          .nullable()
          .transform((fields) => fields ?? []),
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
  /** When each was asked for last, in milliseconds. */
  readonly fields: readonly (readonly [string, number])[]
}

export interface UsageStore {
  /** Null: nothing was written down. */
  read(): Promise<Kept | null>
  write(kept: Kept, asked: readonly string[]): Promise<void>
  /** What other workers and gateways were asked for lately. @param isField Of the schema: what is not in it counts for nothing. */
  others(isField: (coordinate: string) => boolean): Promise<readonly string[]>
}

export interface UsageStoreOptions {
  readonly folder: string
  readonly bucket: Bucket | null
  /** Of this process among those that share the folder. */
  readonly id: string
  readonly windowMs: number
  readonly now: () => number
  readonly monotonic: () => number
}

export function createUsageStore(options: UsageStoreOptions): UsageStore {
  const { folder, bucket, id, windowMs, now, monotonic } = options
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
      return { since: kept.since, operations, fields: kept.fields }
    },
    async write({ since, operations, fields }, asked) {
      const told = operations.map(([key, one]) => [key, { ...one, clients: [...one.clients] }])
      const draft = `${path}.draft`
      // One that cannot be written is told of with the graphs.
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() =>
          writeFile(draft, JSON.stringify({ since, fields, operations: told }), { mode: 0o600 }),
        )
        .then(() => rename(draft, path))
        .catch(() => undefined)
      if (bucket?.isAvailable() !== true) return
      const value = await compress(JSON.stringify({ at: now(), fields: asked }))
      await bucket.put(`usage.${process}`, value)
    },
    async others(isField) {
      const names = await readdir(folder).catch(() => [])
      const files = names.filter((name) => /^usage-[\w-]+\.json$/.test(name) && name !== own)
      const beside = await Promise.all(files.map((name) => readJson(join(folder, name))))
      // One that has ended leaves its file behind: what it was asked for grows old there.
      const lately = beside
        .flatMap((one) => one?.fields ?? [])
        .filter(([, at]) => now() - at <= windowMs)
      return [...lately.map(([field]) => field), ...(await elsewhere(isField))]
    },
  }

  /** One after the other, and no more than so much of all: whoever owns NATS writes what they like. */
  async function elsewhere(isField: (coordinate: string) => boolean): Promise<readonly string[]> {
    if (bucket?.isAvailable() !== true) return []
    const keys = await bucket.keys('usage', GATEWAYS).catch(() => [])
    const found = new Set<string>()
    const endsAt = monotonic() + PATIENCE_MS
    let left = MAX_BYTES.all
    for (const key of keys) {
      if (key === `usage.${process}` || left <= 0 || monotonic() > endsAt) continue
      const value = await bucket.get(key).catch(() => null)
      const text = value === null ? '' : await unpack(value)
      left -= text?.length ?? MAX_BYTES.one
      const said = parse(text)
      if (said === null) continue
      const isOver = now() - said.at > windowMs
      if (!isOver) for (const field of said.fields) if (isField(field)) found.add(field)
      if (isOver && value !== null) await bucket.forget(key, value)
    }
    return [...found]
  }
}

async function readJson(path: string): Promise<z.infer<typeof file> | null> {
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

/** Somebody else's words: at worst a change is held that need not be. Null: it is no use, or too large. */
async function unpack(value: Uint8Array): Promise<string | null> {
  try {
    return (await expand(value, { maxOutputLength: MAX_BYTES.one })).toString('utf8')
  } catch {
    return null
  }
}

function parse(text: string | null): z.infer<typeof shared> | null {
  try {
    return text === null ? null : shared.parse(JSON.parse(text))
  } catch {
    return null
  }
}
