// What is under way goes first: what several requests stand on is taken down when the last of them has ended.

export interface Drain {
  begin(): void
  end(): void
  /** Resolves when nobody is under way any more and all is closed. */
  drain(): Promise<void>
  /** Closes at once. */
  close(): Promise<void>
}

/** @param closeAll Called once. */
export function createDrain(closeAll: () => Promise<void>): Drain {
  let underWay = 0
  let onLast: (() => void) | null = null
  let closing: Promise<void> | null = null

  function close(): Promise<void> {
    closing ??= closeAll()
    return closing
  }

  return {
    begin() {
      underWay += 1
    },
    end() {
      underWay -= 1
      if (underWay === 0) onLast?.()
    },
    async drain() {
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          onLast = resolve
        })
      }
      await close()
    },
    close() {
      onLast?.()
      return close()
    },
  }
}
