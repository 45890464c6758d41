// A planner for what another cannot plan: each has its own bugs, and an operation that one refuses is known to the other.
import { NoPath, type Planner } from './planner.ts'

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
        return await first.plan(input, percentage)
      } catch (error) {
        if (error instanceof NoPath) throw error
        // Progressive overrides are known to the first alone.
        if (first.overridePercentages.length > 0) throw error
        logger.info({ err: error }, 'an operation is left to the second planner')
        second ??= openSecond()
        return await (await second).plan(input, percentage)
      }
    },
    async stop() {
      await first.stop()
      await (await second)?.stop()
    },
  }
}
