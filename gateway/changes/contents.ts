// What a graph is made from, as text. Two gateways that see the same have the same id for it, whatever their addresses are.
import { createHash } from 'node:crypto'
import { z } from 'zod'

export interface Contents {
  /** supergraph.yaml as it stands, before `${NAME}` is put in. */
  readonly yaml: string
  /** By subgraph; empty where the graph was composed before. */
  readonly sdls: Readonly<Record<string, string>>
  /** The composed supergraph beside the YAML, which is served as it is; `null`: there is none. */
  readonly supergraph: string | null
  /** One for the other files: policies, documents, the access lock. */
  readonly others: string
}

/** As it is kept. */
export const contentsSchema = z.object({
  yaml: z.string(),
  sdls: z.record(z.string(), z.string()),
  supergraph: z.string().nullable(),
  others: z.string(),
}) satisfies z.ZodType<Contents>

/** Ids that are known already, for as long as somebody has the contents. */
export function createIds(): (contents: Contents) => string {
  const known = new WeakMap<Contents, string>()
  return (contents) => {
    const id = known.get(contents) ?? idOf(contents)
    known.set(contents, id)
    return id
  }
}

/** SHA-256, in hex. */
export function idOf({ yaml, sdls, supergraph, others }: Contents): string {
  const texts = Object.entries(sdls).sort(([one], [other]) => (one < other ? -1 : 1))
  return digestOf(JSON.stringify([yaml, texts, supergraph, others]))
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Names a list of what is opened to everybody: whoever accepts it has seen that list, and means no longer one. */
export function digestOfOpened(opened: readonly string[]): string {
  return opened.length === 0 ? '' : digestOf([...opened].sort().join('\n'))
}

/** As people type it. */
export function shortId(id: string): string {
  return id.slice(0, SHORT)
}

/** Whether somebody means it who types so much: with less, another text could be made that begins like it. */
export function isMeant(given: string, id: string): boolean {
  return given.length >= SHORT && id.startsWith(given)
}

const SHORT = 16

/** What of it is another one, in words. */
export function differencesOf(before: Contents | null, after: Contents): readonly string[] {
  if (before === null) return ['the first graph']
  const names = [...new Set([...Object.keys(before.sdls), ...Object.keys(after.sdls)])].sort()
  return [
    ...(before.yaml === after.yaml ? [] : ['supergraph.yaml']),
    ...(before.supergraph === after.supergraph ? [] : ['supergraph.graphql']),
    ...names.filter((name) => before.sdls[name] !== after.sdls[name]),
    ...(before.others === after.others ? [] : ['policies, documents or access.lock']),
  ]
}
