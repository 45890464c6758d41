// What Apollo's planner is known to plan wrong, by the audit's graph: each is refused before any fetch, with the reason. This list
// may only shrink: an operation that is answered right has to go from it. Hive's planner has none.
import type { UnsupportedReason } from '../../../../gateway/engine/planners/planner.ts'

export interface Unsupported {
  readonly audit: string
  readonly query: string
  readonly reason: UnsupportedReason
}

const ofApollo: readonly Unsupported[] = [
  {
    audit: 'keys-mashup',
    query: '{ depot { id parcels { id label sticker } } }',
    reason: 'KEY_NOT_RESOLVABLE',
  },
  {
    audit: 'requires-with-argument-conflict',
    query: '{ bales { upc freight freightInYen } }',
    reason: 'REQUIRED_WITH_OTHER_ARGUMENTS',
  },
]

export const unsupported: Readonly<Record<string, readonly Unsupported[]>> = {
  hive: [],
  apollo: ofApollo,
  stock: ofApollo,
}

/** So many there were when this was last looked at: another one is a change for the worse. */
export const unsupportedAtMost = 2
