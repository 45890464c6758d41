// A planner for what another cannot plan: each has its own bugs, and an operation that one refuses is known to the other.
import type { Plan } from './plan.ts'
import type { FindFault } from './plan-faults.ts'
import { type Planner, type PlannerInput, UnsupportedOperation } from './planner.ts'

interface Logger {
  info(...args: unknown[]): void
}

export interface SecondPlannerOptions {
  /** Called once, when it is needed: a second planner costs memory. It refuses what it would plan wrong. */
  readonly openSecond: () => Promise<Planner>
  readonly findFault: FindFault
  readonly logger: Logger
}

export function withSecondPlanner(
  first: Planner,
  { openSecond, findFault, logger }: SecondPlannerOptions,
): Planner {
  let second: Promise<Planner> | null = null
  return {
    ...first,
    async plan(input, percentage) {
      const plan = await first.plan(input, percentage).catch((error) => instead(input, error))
      const fault = findFault(plan, input.document)
      if (fault === null) return plan
      const other = await planSecond(input, fault.error).catch(() => null)
      if (other !== null && findFault(other, input.document) === null) return other
      if (fault.isWrong) throw fault.error
      return plan
    },
    async stop() {
      await first.stop()
      await (await second)?.stop()
    },
  }

  async function instead(input: PlannerInput, error: unknown): Promise<Plan> {
    if (!(error instanceof UnsupportedOperation)) return planSecond(input, error)
    // What the first one found to be nobody's says more than where the second one failed.
    const plan = await planSecond(input, error).catch(() => null)
    if (plan === null || findFault(plan, input.document) !== null) throw error
    return plan
  }

  /** Progressive overrides are known to the first alone. */
  async function planSecond(input: PlannerInput, error: unknown): Promise<Plan> {
    if (first.overridePercentages.length > 0) throw error
    logger.info({ err: error }, 'an operation is left to the second planner')
    second ??= openSecond()
    return (await second).plan(input, 0)
  }
}
