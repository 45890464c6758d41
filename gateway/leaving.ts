// Whether anybody still waits for an answer. An AbortController says as much and costs more than most of a request.

export class Leaving {
  #isGone = false
  #listeners: Set<() => void> | null = null
  #controller: AbortController | null = null

  /** The client left, or the request ran out of time. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Calls back once, when it happens. */
  onGone(listener: () => void): void {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
  }

  forget(listener: () => void): void {
    this.#listeners?.delete(listener)
  }

  go(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#controller?.abort()
    const listeners = this.#listeners
    this.#listeners = null
    for (const listener of listeners ?? []) listener()
  }

  /** The same for anyone who needs a signal; made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isGone) this.#controller.abort()
    return this.#controller.signal
  }
}
