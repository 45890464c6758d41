// Who plans for one graph: a process, its successor when a document ends it, and one apart for those who may have been why.
import { createAdmission } from './admission.ts'
import { type HiveChild, PlannerCrashed, type PlanRequest, startHiveChild } from './hive-child.ts'

/** Planned one after the other, so that this bounds how many wait behind one, and how many a crash takes with it. */
const SHORT_AT_ONCE = 32
/** In threads of the process. */
const LONG_AT_ONCE = 2

export interface HiveProcesses {
  /** The first of them. @throws AddonUnavailable, or Error when the supergraph is not valid */
  readonly opened: Promise<HiveChild>
  /** The plan as the addon says it. @throws PlannerCrashed for what ends a process, or the planner's own error */
  plan(request: PlanRequest): Promise<unknown>
  stop(): Promise<void>
}

export function startHiveProcesses(supergraphSdl: string, program: URL): HiveProcesses {
  const start = () => startHiveChild(supergraphSdl, program)
  const opened = start()
  let main = opened
  /** Until the last of the suspects is planned. */
  let apart: Promise<HiveChild> | null = null
  let suspects = 0
  let isStopped = false
  const admitShort = createAdmission(SHORT_AT_ONCE)
  const admitLong = createAdmission(LONG_AT_ONCE)
  const admitSuspect = createAdmission(1)

  return {
    opened,
    plan(request) {
      const admit = request.isLong ? admitLong : admitShort
      return admit(() => planOrRetry(request))
    },
    async stop() {
      isStopped = true
      await Promise.all([main, apart].map(stopOne))
    },
  }

  async function planOrRetry(request: PlanRequest): Promise<unknown> {
    try {
      return await (await living()).plan(request)
    } catch (error) {
      if (!(error instanceof PlannerCrashed) || error.wasAlone || isStopped) throw error
      // It may have been another one: whoever ends a process without company did it.
      suspects += 1
      return admitSuspect(() => planApart(request))
    }
  }

  async function living(): Promise<HiveChild> {
    const current = main
    const one = await current.catch(() => null)
    if (one !== null && !one.isGone) return one
    if (isStopped) throw new PlannerCrashed({ wasAlone: false })
    // Anyone who finds it gone first starts the next.
    if (main === current) main = start()
    return main
  }

  async function planApart(request: PlanRequest): Promise<unknown> {
    try {
      if (isStopped) throw new PlannerCrashed({ wasAlone: false })
      apart ??= start()
      return await (await apart).plan(request)
    } catch (error) {
      if (!(error instanceof PlannerCrashed)) throw error
      await leaveApart()
      throw error
    } finally {
      suspects -= 1
      if (suspects === 0) await leaveApart()
    }
  }

  async function leaveApart(): Promise<void> {
    const one = apart
    apart = null
    await stopOne(one)
  }
}

async function stopOne(child: Promise<HiveChild> | null): Promise<void> {
  await child?.then(
    (one) => one.stop(),
    () => undefined,
  )
}
