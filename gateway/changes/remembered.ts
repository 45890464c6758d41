// Which versions an operator can go back to: the latest, and of those before the ones that were served longest. A subgraph that changes
// every few seconds, by mistake or to that end, would push out all that was served before it.
import type { GraphVersion } from './store.ts'

const REMEMBERED = 20
const LATEST = 10

/** @param versions The newest first. */
export function remembered(versions: readonly GraphVersion[]): readonly GraphVersion[] {
  if (versions.length <= REMEMBERED) return versions
  const earlier = versions.map((_, at) => at).slice(LATEST)
  const servedMs = (at: number) => timeOf(versions[at - 1]) - timeOf(versions[at])
  const shortest = earlier.reduce((one, other) => (servedMs(other) <= servedMs(one) ? other : one))
  return remembered(versions.filter((_, at) => at !== shortest))
}

function timeOf(version: GraphVersion | undefined): number {
  return Date.parse(version?.at ?? '') || 0
}
