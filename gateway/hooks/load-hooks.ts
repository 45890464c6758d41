// The gateway's part of `sallyport.config.ts`: without one there are no hooks, and no steps for them.
import { checkRefusal, type HookOf, type Refusal } from '../../platform/hooks/hook.ts'
import { readHooksFile } from '../../platform/hooks/read-config.ts'
import { type HookOptions, type ReadyHook, readyHook } from '../../platform/hooks/run-hook.ts'
import { serviceUnavailable } from '../refusals.ts'
import { checkResponse, checkSubgraphHeaders } from './additions.ts'
import type {
  HeaderValues,
  HookRequest,
  HookResponse,
  HookSubgraphRequest,
  Hooks,
  ResponseAdditions,
} from './hooks.ts'

/** `null`: there is none. */
export interface ReadyHooks {
  readonly onRequest: ReadyHook<HookRequest, Refusal> | null
  readonly onSubgraphRequest: ReadyHook<
    HookSubgraphRequest,
    { readonly headers: HeaderValues }
  > | null
  readonly onResponse: ReadyHook<HookResponse, ResponseAdditions> | null
}

interface Logger {
  warn(...args: unknown[]): void
}

interface Telling<A> {
  /** Where a refusal is not logged by whoever answers with it. */
  readonly tell?: (argument: A, err: Error) => void
}

/** @throws HooksError that says what is wrong with the file. */
export async function loadHooks(supergraphPath: string, logger: Logger): Promise<ReadyHooks> {
  return readyHooks((await readHooksFile(supergraphPath)) as Hooks, logger)
}

export function readyHooks(hooks: Hooks, logger: Logger): ReadyHooks {
  const { onRequest, onSubgraphRequest, onResponse } = hooks
  return {
    onRequest: ready(onRequest, { name: 'onRequest', check: checkRefusal }),
    onSubgraphRequest: ready(onSubgraphRequest, {
      name: 'onSubgraphRequest',
      check: checkSubgraphHeaders,
      // The answer is a 200 with a field error, of which nobody else writes why.
      tell: ({ requestId, subgraph }, err) =>
        logger.warn({ requestId, subgraph, err }, 'a hook failed, and what it was for was refused'),
    }),
    onResponse: ready(onResponse, { name: 'onResponse', check: checkResponse }),
  }

  function ready<A extends { readonly requestId: string }, R>(
    hook: HookOf<A, R> | undefined,
    { name, check, tell }: Pick<HookOptions<A, R>, 'name' | 'check'> & Telling<A>,
  ): ReadyHook<A, R> | null {
    if (hook === undefined) return null
    const unavailable = (cause: Error, argument: A) => {
      tell?.(argument, cause)
      return serviceUnavailable('HOOK_FAILED', cause)
    }
    return readyHook(hook, { name, logger, check, unavailable })
  }
}
