// Asks what a change would be, beside what is served: with the deployment's policies, what was asked for lately, and what is opened by
// the access lock or by an operator.
import { readAccessLock } from '../supergraph/access-lock.ts'
import type { GraphPlace } from '../supergraph/open.ts'
import { digestOfOpened } from './contents.ts'
import type { GraphRecord } from './graph-record.ts'
import { policiesOf, readConfigOf } from './graph-source.ts'
import type { Verdict } from './judge.ts'
import type { JudgeApart } from './judge-apart.ts'
import type { Seen } from './look.ts'

export interface AskParts {
  readonly place: GraphPlace
  readonly now: () => number
  readonly judgeApart: JudgeApart
  /** Fields that somebody asked for lately; null: nobody knows. */
  asked(): Promise<readonly string[] | null>
}

export type Asked = Pick<Seen, 'contents' | 'origins'>

/** @param signal Aborted when a look makes way for a command. @throws what the signal says then */
export type AskJudge = (asked: Asked, id: string, signal?: AbortSignal) => Promise<Verdict>

export function createAskJudge(record: GraphRecord, parts: AskParts): AskJudge {
  /** @param also What `access: public` may open besides. */
  async function ask(
    { contents, origins }: Asked,
    also: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Verdict> {
    const { served, history } = record
    const policies = await policiesOf(readConfigOf(contents, parts), parts.place)
    const question = {
      contents,
      origins,
      before: served && { yaml: served.contents.yaml, sdl: served.sdl, readAt: served.readAt },
      policies: Object.keys(policies),
      asked: served === null ? null : await parts.asked(),
      opened: [...readAccessLock(parts.place.configPath), ...history.opened, ...also],
    }
    signal?.throwIfAborted()
    return await parts.judgeApart(question, signal)
  }

  /** Of a change that was accepted what it opens is opened as it was shown, and nothing of a longer list. */
  function acceptedToOpen(verdict: Verdict, id: string): readonly string[] {
    if ('problems' in verdict) return []
    const isMeant = record.acceptanceOf(id)?.opens === digestOfOpened(verdict.waiting)
    return isMeant ? verdict.waiting : []
  }

  return async (asked, id, signal) => {
    const first = await ask(asked, [], signal)
    const also = acceptedToOpen(first, id)
    return also.length === 0 ? first : await ask(asked, also, signal)
  }
}
