// What the engine counts: which executor ran, why the compiled one did not, what a shadow run found.

export interface EngineCounters {
  /** Operations that the compiled executor ran. */
  compiled: number
  /** Operations that the stock executor ran. */
  stock: number
  /** Operations that were not compiled, by reason; counted once for each, not for each run. */
  readonly notCompiled: Record<string, number>
  readonly shadow: { compared: number; different: number; skipped: number }
}

export function createCounters(): EngineCounters {
  return {
    compiled: 0,
    stock: 0,
    notCompiled: {},
    shadow: { compared: 0, different: 0, skipped: 0 },
  }
}
