// Whether anybody still waits for an answer. An AbortController says as much and costs more than most of a request.

export class Cancellation {
  #isCancelled = false
  #listeners: Set<() => void> | null = null
  #controller: AbortController | null = null

  /** The client left, or the request ran out of time. */
  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Calls back once, when it happens. */
  onCancelled(listener: () => void): void {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
  }

  forget(listener: () => void): void {
    this.#listeners?.delete(listener)
  }

  cancel(): void {
    if (this.#isCancelled) return
    this.#isCancelled = true
    this.#controller?.abort()
    const listeners = this.#listeners
    this.#listeners = null
    for (const listener of listeners ?? []) listener()
  }

  /** The same for anyone who needs a signal; made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isCancelled) this.#controller.abort()
    return this.#controller.signal
  }
}
