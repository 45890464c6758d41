// What is wrong with a plan before it is run. Each planner has its own bugs; what they have in common is that a plan shows them.
import type { DocumentNode } from 'graphql'
import { findUncovered } from './covers.ts'
import { findExternal } from './external-fields.ts'
import { readFetched } from './fetched.ts'
import type { Joined } from './joined.ts'
import type { Plan } from './plan.ts'
import { UnsupportedOperation } from './planner.ts'

export interface PlanFault {
  /** Answers would be wrong, or lost without an error. Otherwise what is missing is told where it is missing. */
  readonly isWrong: boolean
  readonly error: UnsupportedOperation
}

export type FindFault = (plan: Plan, operation: DocumentNode) => PlanFault | null

export function createFindFault(joined: Joined): FindFault {
  return ({ node }, operation) => {
    const external = findExternal(node, joined)
    if (external !== null) return wrong('FIELD_NOT_PROVIDED', `${external} is external there`)
    const fetched = readFetched(node, joined)
    if (fetched.lacking !== null) {
      return wrong('KEY_NOT_RESOLVABLE', `${fetched.lacking} is sent before anybody said it`)
    }
    if (fetched.overwritten !== null) {
      const detail = `"${fetched.overwritten}" is asked for with different arguments`
      return wrong('REQUIRED_WITH_OTHER_ARGUMENTS', detail)
    }
    const uncovered = findUncovered(fetched.root, operation, joined)
    if (uncovered === null) return null
    const { field, isNobodys } = uncovered
    const error = new UnsupportedOperation('NO_PATH', `nobody is asked for "${field}"`)
    return { isWrong: isNobodys, error }
  }
}

function wrong(reason: UnsupportedOperation['reason'], detail: string): PlanFault {
  return { isWrong: true, error: new UnsupportedOperation(reason, detail) }
}
