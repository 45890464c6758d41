// The graph to begin with: what was served last, under the files of now; else what there is.
import type { GraphSource } from '../supergraph.ts'
import { differencesOf } from './contents.ts'
import { type FollowGraph, type FollowParts, ITSELF } from './follow-graph.ts'
import type { GraphRecord } from './graph-record.ts'
import { composedBefore, sourceOf, withTextsOf } from './graph-source.ts'
import type { Look, Sight } from './look.ts'

export interface FirstGraph {
  readonly source: GraphSource
  /** Once it is served, and not before: nobody begins with what cannot be loaded. */
  keep(): Promise<void>
}

/** @returns null while subgraphs have not said what they are @throws Error in a sentence for each problem */
export async function firstGraph(
  record: GraphRecord,
  following: FollowGraph,
  parts: FollowParts,
): Promise<FirstGraph | null> {
  const { store, look, logger } = parts
  record.history = await store.history()
  const decision = await store.decision()
  record.decided = decision
  if (decision?.kind === 'back') record.pinned = decision.id
  if (decision?.kind === 'accept') record.accepted.set(decision.id, decision)
  const [before] = record.history.versions
  const last = await store.contentsOf(record.pinned ?? before?.id ?? '')
  const sight = await sightOf(look, last?.sdls ?? null)
  if (sight.kind === 'unreadable') throw new Error(sight.problems.join('\n'))
  if (sight.kind === 'missing') {
    const failures = look
      .health()
      .flatMap(({ name, failure }) => failure && [`${name}: ${failure}`])
    logger.error({ failures }, 'no graph yet: subgraphs have not said what they are')
    return null
  }
  following.pinNames(sight.seen.config.authNames.fingerprint)
  const isBack = record.pinned !== null && last !== null
  const contents = isBack ? withTextsOf(last, sight.seen) : sight.seen.contents
  const seen = { ...sight.seen, contents }
  const id = record.idOf(contents)
  const composed = composedBefore(seen) ?? (await following.judge(seen, id))
  if (composed === null) throw new Error(record.held?.reasons.join('\n'))
  const source = await sourceOf(contents, composed, parts)
  const by = before?.id === id ? before.by : ITSELF
  const changes = differencesOf(last, contents)
  return { source, keep: () => record.keep({ id, contents, composed, by, changes }) }
}

/** What the files say holds at once; what came over the network is what it was, until it is judged. */
async function sightOf(look: Look, last: Readonly<Record<string, string>> | null): Promise<Sight> {
  // Before the first look: one that announces itself is missed by nobody, and the graph without it would be the next to be kept.
  if (last !== null) look.adopt(last)
  const first = await look.look()
  if (first.kind !== 'missing') return first
  await look.ask()
  return await look.look()
}
