// The request path: one table of named steps, run in this order, for every GraphQL request there is.

import type { Admission } from './admission.ts'
import type { AuthQuestions } from './authenticate/auth-questions.ts'
import type { AddressRules } from './authorize/address-rules.ts'
import type { Introspection } from './config.ts'
import { toGatewayError } from './errors.ts'
import type { ReadyHooks } from './hooks/load-hooks.ts'
import type { Metrics } from './metrics.ts'
import { checkAddress, checkAdminAddress } from './pipeline/address.ts'
import { waitForAdmission } from './pipeline/admission.ts'
import { writeAnswer } from './pipeline/answer.ts'
import { type BodyLimits, readOperation } from './pipeline/body.ts'
import type { CredentialParts } from './pipeline/credential.ts'
import { judgeCredential } from './pipeline/credential.ts'
import { type DocumentParts, rememberDocument, resolveDocument } from './pipeline/document.ts'
import { type ExecuteParts, executeOperation } from './pipeline/execute.ts'
import { askOnRequest, askOnResponse } from './pipeline/hooks.ts'
import { controlIntrospection } from './pipeline/introspection.ts'
import { checkKeyBindings, spendKeyCost } from './pipeline/key-bindings.ts'
import { shedLoad } from './pipeline/load.ts'
import { prepareOperation } from './pipeline/operation.ts'
import { checkOrigin } from './pipeline/origin.ts'
import { checkPreconditions } from './pipeline/preconditions.ts'
import { type PrincipalParts, resolvePrincipal } from './pipeline/principal.ts'
import { limitAddress, limitRate, type RateParts } from './pipeline/rate.ts'
import { refreshPrincipal } from './pipeline/refresh-principal.ts'
import { checkRules } from './pipeline/rules.ts'
import { checkVariables } from './pipeline/variables.ts'
import { leaveOutNobodysViewer } from './pipeline/viewer.ts'
import type { GatewayRequest } from './request.ts'
import type { RequestTrace } from './request-trace.ts'
import type { Graph } from './supergraph.ts'

export interface PipelineParts
  extends CredentialParts,
    PrincipalParts,
    ExecuteParts,
    RateParts,
    DocumentParts {
  currentGraph(): Graph | null
  isOverloaded(): boolean
  readonly admission: Admission
  readonly addressRules: AddressRules
  readonly limits: BodyLimits
  readonly questions: AuthQuestions
  readonly introspection: Introspection
  readonly isProduction: boolean
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly metrics: Pick<Metrics, 'timeSteps' | 'countRateLimited' | 'countDocument' | 'countShed'>
  readonly hooks: ReadyHooks
  /** Whether spans are made of steps. Default: false. */
  readonly isTraced?: boolean
}

/** A step fills in its part of the request, or throws a `GatewayError` that refuses it. */
export type Step = (request: GatewayRequest) => void | Promise<void>

/** Fills in `answer`. Does not return it: the promise of a request that took long would keep it, see `GatewayRequest.release`. */
export type Pipeline = (request: GatewayRequest) => Promise<void>

/** What differs between the ways in: our own HTTP, and a team's Apollo Server. */
export interface Door {
  readonly preconditions: Step
  readonly body: Step
  readonly answer: Step
}

export function createPipeline(parts: PipelineParts, door: Door = httpDoor(parts)): Pipeline {
  const { onRequest, onSubgraphRequest, onResponse } = parts.hooks
  const subgraphHook = onSubgraphRequest && {
    hook: onSubgraphRequest,
    monotonic: parts.monotonic,
    record: (ms: number) => times.record(steps.length, ms),
  }
  const steps: readonly (readonly [name: string, step: Step])[] = [
    ['load', shedLoad(parts)], //                    503
    ['admission', waitForAdmission(parts)], //       400 503 for those who left, or whose time was over, meanwhile
    ['preconditions', door.preconditions], //        400 404 405 406 415, 503 without a graph
    ['address', checkAddress(parts)], //             403 ADDRESS_DENIED
    ['address-rate', limitAddress(parts)], //        429
    ['body', door.body], //                          400 413
    ['credential', judgeCredential(parts)], //       400 for two credentials; a bad one is only noted
    ['document', resolveDocument(parts)], //         400 DOCUMENT_NOT_TRUSTED; 200 for a hash that stands for nothing
    ['operation', prepareOperation], //              400 405
    ['remember-document', rememberDocument],
    ['origin', checkOrigin], //                      403 CSRF_FAILED
    ['principal', resolvePrincipal(parts)], //       401 for what the credential step noted, 503; API keys are asked about here
    ['viewer', leaveOutNobodysViewer], //            401 for a browser whose token ran out
    ['refresh-principal', refreshPrincipal(parts)], // 401 503
    ['admin-address', checkAdminAddress(parts)], //  403 ADDRESS_DENIED
    ['rate', limitRate(parts)], //                   429
    ['key-bindings', checkKeyBindings], //           400 403
    ['introspection', controlIntrospection(parts)], // 400
    ['rules', checkRules(parts)], //                 401 403
    ['variables', checkVariables], //                400
    ['key-cost', spendKeyCost(parts)], //            400 429
    ...(onRequest ? [['on-request', askOnRequest(onRequest)] as const] : []), // 403 REFUSED_BY_HOOK, 503
    ['execute', executeOperation({ ...parts, subgraphHook })], // from here on field errors, with status 200
    ['answer', door.answer],
    ...(onResponse ? [['on-response', askOnResponse(onResponse)] as const] : []),
  ]

  const { monotonic } = parts
  const run = steps.map(([, step]) => step)
  const times = parts.metrics.timeSteps([
    ...steps.map(([name]) => name),
    ...(subgraphHook ? ['on-subgraph-request'] : []),
  ])

  if (!parts.isTraced) return pipeline
  return (request) => (request.trace?.root ? traced(request, request.trace) : pipeline(request))

  async function pipeline(request: GatewayRequest): Promise<void> {
    let before = monotonic()
    for (let index = 0; index < run.length; index += 1) {
      const pending = run[index]?.(request)
      // Most steps of most requests are done by now: waiting for nothing would cost a turn each.
      if (pending !== undefined) await pending
      const now = monotonic()
      times.record(index, now - before)
      before = now
    }
  }

  async function traced(request: GatewayRequest, trace: RequestTrace): Promise<void> {
    let before = monotonic()
    for (const [index, [name, step]] of steps.entries()) {
      trace.enter(name)
      try {
        const pending = step(request)
        if (pending !== undefined) await pending
        const now = monotonic()
        times.record(index, now - before)
        // Of those that are done at once there are many, and nobody looks for them.
        trace.leave(pending !== undefined || now - before >= LONG_STEP_MS)
        before = now
      } catch (error) {
        trace.leave(true, toGatewayError(error).code)
        throw error
      }
    }
  }
}

const LONG_STEP_MS = 1

function httpDoor(parts: PipelineParts): Door {
  return {
    preconditions: checkPreconditions(parts),
    body: readOperation(parts.limits),
    answer: writeAnswer,
  }
}
