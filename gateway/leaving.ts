// Whether anybody still waits for an answer. An AbortController says as much and costs more than most of a request.

export class Leaving {
  #isGone = false
  /** Most operations have one fetch under way at a time: a set is made for the others. */
  #listener: (() => void) | null = null
  #others: Set<() => void> | null = null
  #controller: AbortController | null = null

  /** The client left, or the request ran out of time. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Calls back once, when it happens. */
  onGone(listener: () => void): void {
    if (this.#listener === null) {
      this.#listener = listener
      return
    }
    this.#others ??= new Set()
    this.#others.add(listener)
  }

  forget(listener: () => void): void {
    if (this.#listener === listener) this.#listener = null
    else this.#others?.delete(listener)
  }

  go(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#controller?.abort()
    const first = this.#listener
    const others = this.#others
    this.#listener = null
    this.#others = null
    first?.()
    for (const listener of others ?? []) listener()
  }

  /** The same for whoever needs a signal; made when it is asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isGone) this.#controller.abort()
    return this.#controller.signal
  }
}
