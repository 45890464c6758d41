// A planner for what another cannot plan: each has its own bugs, and an operation that one refuses is known to the other.
import { coversAll } from './covers.ts'
import type { Plan } from './plan.ts'
import { NoPath, type Planner, type PlannerInput } from './planner.ts'

interface Logger {
  info(...args: unknown[]): void
}

/** @param openSecond Called once, when it is needed: a second planner costs memory. */
export function withSecondPlanner(
  first: Planner,
  openSecond: () => Promise<Planner>,
  logger: Logger,
): Planner {
  let second: Promise<Planner> | null = null
  return {
    ...first,
    async plan(input, percentage) {
      try {
        const plan = await first.plan(input, percentage)
        return coversAll(plan.node, input.document) ? plan : await moreThan(plan, input)
      } catch (error) {
        const plan = await planSecond(input, error)
        // The second one may leave out in silence what the first found to be nobody's.
        if (error instanceof NoPath && !coversAll(plan.node, input.document)) throw error
        return plan
      }
    },
    async stop() {
      await first.stop()
      await (await second)?.stop()
    },
  }

  /** What a plan leaves out may be of a type that cannot stand there. Else the second planner knows where it is. */
  async function moreThan(plan: Plan, input: PlannerInput): Promise<Plan> {
    const other = await planSecond(input, new Error('a plan without all that was asked for')).catch(
      () => plan,
    )
    return coversAll(other.node, input.document) ? other : plan
  }

  /** Progressive overrides are known to the first alone. */
  async function planSecond(input: PlannerInput, error: unknown): Promise<Plan> {
    if (first.overridePercentages.length > 0) throw error
    logger.info({ err: error }, 'an operation is left to the second planner')
    second ??= openSecond()
    return (await second).plan(input, 0)
  }
}
