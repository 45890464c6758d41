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

interface Request {
  readonly input: PlannerInput
  readonly percentage: number
}

export function withSecondPlanner(
  first: Planner,
  { openSecond, findFault, logger }: SecondPlannerOptions,
): Planner {
  let second: Promise<Planner> | null = null
  return {
    ...first,
    async plan(input, percentage) {
      const request = { input, percentage }
      const plan = await first.plan(input, percentage).catch((error) => instead(request, error))
      const fault = findFault(plan, input.document)
      if (fault === null) return plan
      const other = await planSecond(request, fault).catch(() => null)
      if (other !== null && findFault(other, input.document) === null) return other
      throw fault
    },
    async stop() {
      await first.stop()
      await (await second)?.stop()
    },
  }

  async function instead(request: Request, error: unknown): Promise<Plan> {
    if (!(error instanceof UnsupportedOperation)) return planSecond(request, error)
    // What the first one found to be nobody's says more than where the second one failed.
    const plan = await planSecond(request, error).catch(() => null)
    if (plan === null || findFault(plan, request.input.document) !== null) throw error
    return plan
  }

  async function planSecond({ input, percentage }: Request, error: unknown): Promise<Plan> {
    logger.info({ err: error }, 'an operation is left to the second planner')
    second ??= openSecond()
    return (await second).plan(input, percentage)
  }
}
