// Work that is looked for again and again while the process runs: outboxes, chains. One run at a time.
export interface Repeating {
  /** Begins no other run, and waits for the one that is under way. */
  stop(): Promise<void>
}

export interface Repetition {
  /** Milliseconds between the end of a run and the next. */
  readonly pauseMs: number
  /** Default: false, it waits first. */
  readonly atOnce?: boolean
  /** @returns whether there may be more, which is then taken without a pause */
  run(): Promise<boolean>
  /** A run that failed is tried again after the pause. */
  onFailure(error: unknown): void
}

export function repeat({ pauseMs, atOnce = false, run, onFailure }: Repetition): Repeating {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(start, atOnce ? 0 : pauseMs)

  async function tick(): Promise<void> {
    try {
      while (!stopped && (await run()));
    } catch (error) {
      onFailure(error)
    }
    if (!stopped) timer = setTimeout(start, pauseMs)
  }
  function start(): void {
    running = tick()
  }

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
