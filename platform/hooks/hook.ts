// Code of a deployment's own (docs/hooks.md): the shape of every hook. What each is told and may return its part says.

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
type Maybe<T> = T | undefined | void
type Run<A, R> = (argument: A) => Maybe<R> | Promise<Maybe<R>>

export interface Hook<A, R> {
  readonly run: Run<A, R>
  /** What takes longer has failed. Default: 250. */
  readonly deadlineMs?: number
  /** What becomes of a request whose hook failed: refused with 503, or on its way as if there were no hook. Default: `refuse`. */
  readonly onFailure?: 'refuse' | 'ignore'
}

export type HookOf<A, R> = Run<A, R> | Hook<A, R>

/** What a hook returns that refuses. */
export interface Refusal {
  readonly refuse: string
}

/** @throws Error where it is not a sentence that can be told */
export function checkRefusal(returned: Refusal): Refusal {
  const { refuse } = returned
  if (typeof refuse === 'string' && refuse !== '' && refuse.length <= 500) return returned
  throw new Error('"refuse" is a sentence for the client, of at most 500 characters')
}
