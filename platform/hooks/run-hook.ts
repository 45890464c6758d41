// One hook, with its deadline, and what becomes of a request when it fails.
import type { HookOf } from './hook.ts'

export interface ReadyHook<A, R> {
  /** @throws what `unavailable` makes, when it fails and that refuses. */
  run(argument: A): R | undefined | Promise<R | undefined>
}

export interface HookOptions<A, R> {
  readonly name: string
  readonly logger: { warn(...args: unknown[]): void }
  /** What was returned, as far as it is allowed. @throws Error that says what is not. */
  check(returned: R, argument: A): R
  /** The 503 of the part that asks. */
  unavailable(cause: Error, argument: A): Error
}

const DEADLINE_MS = 250

export function readyHook<A extends { readonly requestId: string | null }, R>(
  hook: HookOf<A, R>,
  { name, logger, check, unavailable }: HookOptions<A, R>,
): ReadyHook<A, R> {
  const {
    run,
    deadlineMs = DEADLINE_MS,
    onFailure = 'refuse',
  } = typeof hook === 'function' ? { run: hook } : hook

  return {
    run(argument) {
      try {
        const returned = run(argument)
        if (!isPromise(returned))
          return isNothing(returned) ? undefined : check(returned as R, argument)
        return inTime(returned, deadlineMs).then(
          (late) => (isNothing(late) ? undefined : checked(late as R, argument)),
          (error: unknown) => fail(error, argument),
        )
      } catch (error) {
        return fail(error, argument)
      }
    },
  }

  function checked(returned: R, argument: A): R | undefined {
    try {
      return check(returned, argument)
    } catch (error) {
      return fail(error, argument)
    }
  }

  function fail(error: unknown, argument: A): undefined {
    const cause = new Error(`the hook ${name} failed`, { cause: error })
    if (onFailure === 'refuse') throw unavailable(cause, argument)
    const { requestId } = argument
    logger.warn({ requestId, err: cause }, 'a hook failed, and the request went on without it')
    return undefined
  }
}

/** `false` is not: who returns that may have meant to refuse. */
function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** What comes after the deadline is nobody's any more, be it an error. */
function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
