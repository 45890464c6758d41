// What an operator says of a graph that changes: accept what is held, or go back to a version.
import { digestOfOpened, isMeant, shortId } from './contents.ts'
import type { Decision } from './decision.ts'
import type { FollowGraph } from './follow-graph.ts'
import type { GraphRecord, RecordParts } from './graph-record.ts'
import { ChangeRefused } from './status.ts'

export interface GraphCommands {
  /** @param id Its first 16 digits are enough. @returns what was done @throws ChangeRefused */
  accept(id: string, by: string): Promise<string>
  /** @param id Default: the version before. @throws ChangeRefused */
  back(id: string | null, by: string): Promise<string>
}

export function createGraphCommands(
  record: GraphRecord,
  following: FollowGraph,
  { store, now }: Pick<RecordParts, 'store' | 'now'>,
): GraphCommands {
  async function decide(said: Omit<Decision, 'number'>): Promise<void> {
    const decision = { ...said, number: Math.max(now(), (record.decided?.number ?? 0) + 1) }
    await store.decide(decision)
    await following.follow(decision)
  }

  return {
    async accept(given, by) {
      const found = record.allHeld.filter(({ id }) => isMeant(given, id))
      const [change] = found
      if (change === undefined)
        throw new ChangeRefused(`No change ${given} is held: give 16 digits of its id at least.`)
      if (new Set(found.map(({ id }) => id)).size > 1)
        throw new ChangeRefused(`${given} is the beginning of more than one change.`)
      if (change.kind === 'broken')
        throw new ChangeRefused(`${given} is broken, and cannot be accepted: mend it.`)
      await decide({ kind: 'accept', id: change.id, by, opens: digestOfOpened(change.opens) })
      if (record.served?.id !== change.id) throw new ChangeRefused(notServed(given, record))
      return `${shortId(change.id)} is served.`
    },

    async back(given, by) {
      const { versions } = record.history
      const found =
        given === null ? versions.slice(1, 2) : versions.filter(({ id }) => isMeant(given, id))
      const [version] = found
      if (version === undefined) throw new ChangeRefused(noVersion(given))
      if (found.length > 1) throw new ChangeRefused(`${given} is the beginning of more than one.`)
      await decide({ kind: 'back', id: version.id, by, opens: '' })
      const { held } = record
      if (held !== null) throw new ChangeRefused(`It cannot be served: ${held.reasons.join('; ')}`)
      return `Back at ${shortId(version.id)}. Changes are held until you accept one.`
    },
  }
}

function notServed(given: string, { held }: GraphRecord): string {
  return held === null
    ? `${given} is accepted, and is not what there is at this moment: it is served when it comes again.`
    : `${given} could not be served: ${held.reasons.join('; ')}`
}

function noVersion(given: string | null): string {
  return given === null
    ? 'There is no version before this one.'
    : `There is no version ${given}: give 16 digits of its id at least.`
}
