// Auth's part of `sallyport.config.ts`: timed, and nothing at all where there is none.
import type { Logger } from 'pino'
import { Histogram } from 'prom-client'
import { checkRefusal, type HookOf, type Refusal } from '../../../platform/hooks/hook.ts'
import { HOOK_NAMES, readHooksFile } from '../../../platform/hooks/read-config.ts'
import { type HookOptions, type ReadyHook, readyHook } from '../../../platform/hooks/run-hook.ts'
import { AuthError } from '../core/errors.ts'
import { checkClaims } from './check-claims.ts'
import type { AuthHooks, ClaimsAddition, HookRegistration, HookSignIn, HookToken } from './hooks.ts'

const OWN: readonly string[] = HOOK_NAMES.auth

/** `null`: there is none. */
export interface ReadyAuthHooks {
  readonly beforeRegister: ReadyHook<HookRegistration, Refusal> | null
  readonly beforeSignIn: ReadyHook<HookSignIn, Refusal> | null
  readonly claims: ReadyHook<HookToken, ClaimsAddition> | null
  readonly isAny: boolean
  /** How long they take. */
  readonly durations: Histogram<'hook'>
}

/** @throws HooksError that says what is wrong with the file. */
export async function loadAuthHooks(
  supergraphPath: string,
  log: Pick<Logger, 'warn'>,
): Promise<ReadyAuthHooks> {
  return readyAuthHooks((await readHooksFile(supergraphPath)) as AuthHooks, log)
}

export function readyAuthHooks(hooks: AuthHooks, log: Pick<Logger, 'warn'>): ReadyAuthHooks {
  const durations = new Histogram({
    name: 'sallyport_hook_duration_seconds',
    help: 'Time of each hook of sallyport.config.ts.',
    labelNames: ['hook'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.25, 1, 5, 10],
    registers: [],
  })
  return {
    beforeRegister: ready(hooks.beforeRegister, { name: 'beforeRegister', check: checkRefusal }),
    beforeSignIn: ready(hooks.beforeSignIn, { name: 'beforeSignIn', check: checkRefusal }),
    claims: ready(hooks.claims, { name: 'claims', check: checkClaims }),
    isAny: Object.keys(hooks).some((name) => OWN.includes(name)),
    durations,
  }

  function ready<A extends { readonly requestId: string | null }, R>(
    hook: HookOf<A, R> | undefined,
    { name, check }: Pick<HookOptions<A, R>, 'name' | 'check'>,
  ): ReadyHook<A, R> | null {
    if (hook === undefined) return null
    const { run } = readyHook(hook, { name, logger: log, check, unavailable })
    return {
      run: async (argument) => {
        const stop = durations.startTimer({ hook: name })
        try {
          return await run(frozen(structuredClone(argument)))
        } finally {
          stop()
        }
      },
    }
  }

  /** What failed is the deployment's to read, in the log, and nobody else's. */
  function unavailable(cause: Error, { requestId }: { readonly requestId: string | null }): Error {
    log.warn({ requestId, err: cause }, 'a hook failed, and the request was refused')
    return new AuthError('SERVICE_UNAVAILABLE', { reason: 'HOOK_FAILED' })
  }
}

/** All the way down, and of a copy: what a hook writes to it counts nowhere, and least of all in a token. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
