// Decides about what was seen: it is judged apart, and served, or held with its reasons.
import type { Graph, GraphSource } from '../supergraph.ts'
import { type Asked, type AskParts, createAskJudge } from './ask-judge.ts'
import { type Contents, differencesOf, shortId } from './contents.ts'
import { type Decision, isLater } from './decision.ts'
import type { GraphRecord, Kept, RecordParts } from './graph-record.ts'
import { sourceOf, withAlone, withTextsOf } from './graph-source.ts'
import type { Composed, Reason } from './judge.ts'
import type { Look, Seen } from './look.ts'
import { type Part, takeApart } from './take-apart.ts'

export interface FollowParts extends RecordParts, Omit<AskParts, 'judgeApart'> {
  readonly look: Look
  /** Builds it, warms it, swaps it in. */
  load(source: GraphSource): Promise<Graph>
}

export interface FollowGraph {
  /** @param signal Aborted when a look makes way for a command. @throws what the signal says then */
  consider(seen: Seen, id: string, signal?: AbortSignal): Promise<void>
  /** With what an operator accepted that it opens. `null`: it is broken, and held. */
  judge(asked: Asked, id: string): Promise<Composed | null>
  /** What an operator said last, here or at another worker. */
  follow(decision: Decision | null): Promise<void>
  /** Of auth, as they were at the start. */
  pinNames(fingerprint: string | null): void
  stop(): void
}

export const ITSELF = 'the files and subgraphs'
const OTHER_NAMES = '"auth:" in supergraph.yaml is read at the start: start gateway and auth again'

export function createFollowGraph(record: GraphRecord, parts: FollowParts & AskParts): FollowGraph {
  const { look, store, logger, countSwap, judgeApart } = parts
  const askJudge = createAskJudge(record, parts)
  let names: string | null | undefined
  /** The change that is held, once the rest of it was judged too. */
  let takenApart: string | null = null
  let isStopped = false

  async function consider(seen: Seen, id: string, signal?: AbortSignal): Promise<void> {
    if (record.served?.id === id) return record.release()
    const isHeld = record.held?.id === id && record.acceptanceOf(id) === null
    if (isHeld && takenApart === id) return
    takenApart = null
    if (!isHeld) await considerWhole(seen, id, signal)
    if (isStopped || record.held?.id !== id) return
    if (!hasOtherNames(seen)) await considerParts(seen, signal)
    takenApart = id
  }

  function hasOtherNames({ config }: Seen): boolean {
    return names !== undefined && config.authNames.fingerprint !== names
  }

  async function considerWhole(seen: Seen, id: string, signal?: AbortSignal): Promise<void> {
    const of = changedIn(seen.contents)
    if (hasOtherNames(seen)) return record.hold(id, 'broken', { of, reasons: [OTHER_NAMES] })
    const composed = await judge(seen, id, signal)
    if (isStopped || composed === null) return
    const reasons = reasonsOf(composed)
    const accepted = record.acceptanceOf(id)
    if (reasons.length > 0 && accepted === null)
      return record.hold(id, 'waits', { of, reasons, opens: composed.waiting })
    await serve({ contents: seen.contents, composed, by: accepted?.by ?? ITSELF, of })
  }

  /** What is good of it is served without the rest; what waits is shown by itself too, beside a whole that may be broken. */
  async function considerParts(seen: Seen, signal?: AbortSignal): Promise<void> {
    const { served, pinned } = record
    if (served === null) return
    const { good, waiting } = await takeApart({
      served: served.contents,
      seen,
      judge: (contents) => askJudge({ ...seen, contents }, record.idOf(contents), signal),
      mayServe: ({ contents, composed }) =>
        composed.reasons.length === 0 || record.acceptanceOf(record.idOf(contents)) !== null,
    })
    if (isStopped) return
    if (good !== null && pinned === null) return await serveGood(good, waiting, seen)
    record.holdApart((good === null ? waiting : [good, ...waiting]).map(heldPart))
  }

  async function serveGood(good: Part, waiting: readonly Part[], seen: Seen): Promise<void> {
    const { held: whole } = record
    // What is held is the whole still, or every look would judge it anew.
    function holdRest(failures: readonly string[] = []): void {
      const reasons = [...(whole?.reasons ?? []), ...failures]
      record.held = whole && { ...whole, of: changedIn(seen.contents), reasons }
      record.holdApart(waiting.map(heldPart))
    }
    const id = record.idOf(good.contents)
    const by = record.acceptanceOf(id)?.by ?? ITSELF
    await serve({ ...good, by, of: changedIn(good.contents), holdRest })
    if (record.held?.id === id) holdRest(record.held.reasons)
  }

  function heldPart({ names, contents, composed }: Part) {
    const [id, of] = [record.idOf(contents), changedIn(contents)]
    return { id, names, of, reasons: reasonsOf(composed), opens: composed.waiting }
  }

  /** What has this id of what there is; null: it is something else by now. Of a part it does not matter what the others say. */
  function meantBy(id: string, seen: Seen): Contents | null {
    if (record.idOf(seen.contents) === id) return seen.contents
    const part = record.apart.find((one) => one.id === id)
    if (part === undefined || record.served === null) return null
    const contents = withAlone(part.names, record.served.contents, seen)
    return record.idOf(contents) === id ? contents : null
  }

  /** Judged while pinned too: whoever accepts it must see what it does. */
  function reasonsOf({ reasons }: Composed): readonly string[] {
    const pin = record.pinned === null ? [] : [`an operator went back to ${shortId(record.pinned)}`]
    return [...pin, ...reasons.map(({ text }: Reason) => text)]
  }

  async function judge(asked: Asked, id: string, signal?: AbortSignal): Promise<Composed | null> {
    const verdict = await askJudge(asked, id, signal)
    if (!('problems' in verdict)) return verdict
    const of = changedIn(asked.contents)
    if (!isStopped) record.hold(id, 'broken', { of, reasons: verdict.problems })
    return null
  }

  async function serve({ contents, composed, by, of, holdRest }: Servable): Promise<void> {
    const id = record.idOf(contents)
    try {
      await parts.load(await sourceOf(contents, composed, parts))
    } catch (error) {
      return record.hold(id, 'broken', { of, reasons: [(error as Error).message] })
    }
    countSwap('swapped')
    const changes = [...of, ...composed.changes]
    await record.keep({ id, contents, composed, by, changes, holdRest })
    logger.info({ version: shortId(id), by, changes }, 'the graph has changed')
  }

  async function follow(decision: Decision | null): Promise<void> {
    if (decision === null || !isLater(decision, record.decided)) return
    record.decided = decision
    if (decision.kind === 'back') return await goBack(decision.id, decision.by)
    record.pinned = null
    record.accepted.set(decision.id, decision)
    const sight = await look.look()
    if (sight.kind !== 'seen') return record.release()
    const contents = meantBy(decision.id, sight.seen)
    // What comes is judged anew, with what was accepted.
    record.release()
    if (contents === null) return
    // It may be served already, without what it opens.
    if (record.served?.id === decision.id) record.served = { ...record.served, id: '' }
    await considerWhole({ ...sight.seen, contents }, decision.id)
  }

  async function goBack(id: string, by: string): Promise<void> {
    const kept = await store.contentsOf(id)
    const sight = await look.look()
    record.pinned = id
    // What was accepted before is what somebody goes back from.
    record.accepted.clear()
    if (kept === null || sight.kind !== 'seen') {
      const reasons = ['this gateway does not have that version']
      return record.hold(id, 'broken', { of: [], reasons })
    }
    const contents = withTextsOf(kept, sight.seen)
    const composed = await judge({ ...sight.seen, contents }, record.idOf(contents))
    if (composed === null) return
    await serve({ contents, composed, by, of: [`back to ${shortId(id)}`] })
  }

  function changedIn(contents: Contents): readonly string[] {
    return differencesOf(record.served?.contents ?? null, contents)
  }

  return {
    consider,
    judge,
    follow,
    pinNames: (fingerprint) => {
      names = fingerprint
    },
    stop: () => {
      isStopped = true
      judgeApart.stop()
    },
  }
}

interface Servable extends Omit<Kept, 'id' | 'changes' | 'composed'> {
  readonly composed: Composed
  readonly of: readonly string[]
}
