// What is wrong with a plan before it is run. Each planner has its own bugs; what they have in common is that a plan shows them.
import type { DocumentNode } from 'graphql'
import { findUncovered } from './covers.ts'
import { findExternal } from './external-fields.ts'
import { readFetched } from './fetched.ts'
import type { Joined } from './joined.ts'
import type { Plan } from './plan.ts'
import { UnsupportedOperation } from './planner.ts'

/** Why answers would be wrong, or would lack something. */
export type FindFault = (plan: Plan, operation: DocumentNode) => UnsupportedOperation | null

export function createFindFault(joined: Joined): FindFault {
  return ({ node }, operation) => {
    const external = findExternal(node, joined)
    if (external !== null) return fault('FIELD_NOT_PROVIDED', external)
    const fetched = readFetched(node, joined)
    if (fetched.lacking !== null) {
      return fault('KEY_NOT_RESOLVABLE', `${fetched.lacking} is sent before anybody said it`)
    }
    if (fetched.overwritten !== null) {
      const detail = `"${fetched.overwritten}" is asked for with different arguments`
      return fault('REQUIRED_WITH_OTHER_ARGUMENTS', detail)
    }
    const uncovered = findUncovered(fetched.root, operation, joined)
    return uncovered === null ? null : fault('NO_PATH', `"${uncovered}" is not asked for`)
  }
}

function fault(reason: UnsupportedOperation['reason'], detail: string): UnsupportedOperation {
  return new UnsupportedOperation(reason, detail)
}
