// Whether anybody still waits for an answer. An AbortController says as much and costs more than most of a request.

export class Cancellation {
  #isCancelled = false
  /** Most requests have one fetch under way at a time: a Set for each would be made for nothing. */
  #only: (() => void) | null = null
  #others: Set<() => void> | null = null
  #controller: AbortController | null = null

  /** The client left, or the request ran out of time. */
  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Calls back once, when it happens. */
  onCancelled(listener: () => void): void {
    if (this.#only === null) {
      this.#only = listener
      return
    }
    this.#others ??= new Set()
    this.#others.add(listener)
  }

  forget(listener: () => void): void {
    if (this.#only === listener) this.#only = null
    else this.#others?.delete(listener)
  }

  cancel(): void {
    if (this.#isCancelled) return
    this.#isCancelled = true
    this.#controller?.abort()
    const [only, others] = [this.#only, this.#others]
    this.#only = null
    this.#others = null
    only?.()
    for (const listener of others ?? []) listener()
  }

  /** The same for anyone who needs a signal; made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isCancelled) this.#controller.abort()
    return this.#controller.signal
  }
}
