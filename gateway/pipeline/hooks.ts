// Steps "on-request" and "on-response", and the hook before each request to a subgraph. Without a hook there is no step.
import { CREDENTIAL_HEADERS, refusedByHook } from '../hooks/additions.ts'
import type { HeaderValues, HookRequest, ResponseAdditions } from '../hooks/hooks.ts'
import type { ReadyHooks } from '../hooks/load-hooks.ts'
import type { GatewayRequest } from '../request.ts'

export function askOnRequest(hook: NonNullable<ReadyHooks['onRequest']>) {
  return function onRequest(request: GatewayRequest): void | Promise<void> {
    const answer = hook.run(requestOf(request))
    if (answer instanceof Promise) return answer.then(refuse)
    refuse(answer)
  }

  function refuse(answer: { readonly refuse: string } | undefined): void {
    if (answer !== undefined) throw refusedByHook(answer.refuse)
  }
}

export function askOnResponse(hook: NonNullable<ReadyHooks['onResponse']>) {
  return function onResponse(request: GatewayRequest): void | Promise<void> {
    const codes = (request.result.errors ?? []).map(({ extensions }) => String(extensions?.code))
    const errorCodes = Object.freeze([...new Set(codes)])
    const additions = hook.run(Object.freeze({ ...requestOf(request), errorCodes }))
    if (additions instanceof Promise) return additions.then((added) => add(request, added))
    add(request, additions)
  }

  function add(request: GatewayRequest, additions: ResponseAdditions | undefined): void {
    if (additions === undefined) return
    const { headers = {}, extensions } = additions
    const { answer } = request
    const text = extensions && JSON.stringify(extensions)
    // The body is an object that ends with a brace, and has no extensions of its own. A team's own Apollo Server writes it itself.
    const isWritten = text !== undefined && answer.body !== ''
    const body = isWritten ? `${answer.body.slice(0, -1)},"extensions":${text}}` : answer.body
    request.answer = { ...answer, headers: { ...answer.headers, ...headers }, body }
  }
}

export interface SubgraphHook {
  readonly hook: NonNullable<ReadyHooks['onSubgraphRequest']>
  record(ms: number): void
  monotonic(): number
}

/** Headers that the hook adds to one request to a subgraph. */
export async function headersFromHook(
  request: GatewayRequest,
  subgraph: string,
  { hook, record, monotonic }: SubgraphHook,
): Promise<HeaderValues> {
  const before = monotonic()
  try {
    const answer = await hook.run(Object.freeze({ ...requestOf(request), subgraph }))
    return answer?.headers ?? {}
  } finally {
    record(monotonic() - before)
  }
}

function requestOf(request: GatewayRequest): HookRequest {
  const { prepared, principal, incoming } = request
  const { kind, subject, clientId, roles, scopes } = principal.claims
  const caller = { kind, subject, clientId, roles, scopes }
  return Object.freeze({
    requestId: request.id,
    operationName: prepared.operationName,
    operationType: prepared.kind,
    rootFields: prepared.rootFields,
    clientAddress: request.caller.address,
    caller: Object.freeze(caller),
    header(name: string) {
      const value = CREDENTIAL_HEADERS.test(name) ? undefined : incoming.headers[name]
      return typeof value === 'string' ? value : undefined
    },
  })
}
