// A path of auth's behind the gateway: the same first steps as for an operation, then auth is asked in our own words.
// Nothing of what a client wrote goes on as it came, but what this path is there for: the parameters, the form, the flow's
// cookies and, for programs, their `Authorization`.
//
//   load → admission → preconditions → address → address-rate → origin → body → credential → principal → form token → auth
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../platform/log.ts'
import { Cancellation } from '../cancellation.ts'
import { type GatewayError, toGatewayError } from '../errors.ts'
import type { Caller, IdentifyCaller } from '../http/client-address.ts'
import type { PassedRoute, PlainAnswer, RouteTable } from '../http/route.ts'
import { checkAddress, checkAdminAddress } from '../pipeline/address.ts'
import { waitForAdmission } from '../pipeline/admission.ts'
import { shedLoad } from '../pipeline/load.ts'
import { limitAddress } from '../pipeline/rate.ts'
import type { PipelineParts } from '../pipeline.ts'
import type { RenderRefusal } from '../refusal-page/page.ts'
import { httpsRequired, notFound, serviceUnavailable } from '../refusals.ts'
import { GatewayRequest } from '../request.ts'
import { passedAnswer, passedRefusal } from './answer.ts'
import { type AskAuth, type AuthAnswer, addressInwards, createAskAuth } from './ask-auth.ts'
import { readPassedBody } from './body.ts'
import { createIdentifyPerson } from './caller.ts'
import { checkFormOrigin, formOutOfDate, isFormOf, type PageForm, tiePage } from './form.ts'
import { headersInwards } from './headers.ts'
import { checkPassedPaths, methodsOf, type PassedPath } from './paths.ts'
import { isPostedAnswer, redirectAnswer } from './posted-answer.ts'
import { createRenewSession } from './renew-session.ts'
import { checkRequestForm } from './request-form.ts'

export interface PassParts extends PipelineParts {
  readonly publicUrl: string
  readonly authUrl: string
  readonly dispatcher: Parameters<typeof createAskAuth>[0]['dispatcher']
  readonly identifyCaller: IdentifyCaller
  readonly renderRefusal: RenderRefusal
  readonly executionTimeoutMs: number
  readonly logger: Log
  readonly monotonic: () => number
}

/** @param paths Checked here: a list that would open more than it says stops the start. */
export function createPassedRoutes(parts: PassParts, paths: readonly PassedPath[]): RouteTable {
  checkPassedPaths(paths)
  const pass = createPass(parts)
  return Object.fromEntries(
    paths.map((path): [string, PassedRoute] => [
      path.path,
      {
        kind: 'passed',
        methods: methodsOf(path),
        identityHints: path.identityHints ?? [],
        isSharedWithOrigins: path.for === 'programs',
        pass: (incoming, response, search) => pass(path, { incoming, response, search }),
      },
    ]),
  )
}

interface Visit {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  readonly search: string
}

function createPass(parts: PassParts) {
  const askAuth = createAskAuth(parts)
  const identifyPerson = createIdentifyPerson(parts)
  const renewSession = createRenewSession(parts, askAuth)
  const firstSteps = [
    shedLoad(parts),
    waitForAdmission(parts),
    checkAddress(parts),
    limitAddress(parts),
  ]
  const admitsAdmin = checkAdminAddress(parts)

  return async function pass(path: PassedPath, visit: Visit): Promise<PlainAnswer> {
    const startedAt = parts.monotonic()
    const caller = parts.identifyCaller(visit.incoming)
    const cancellation = new Cancellation()
    const timer = setTimeout(() => cancellation.cancel(), parts.executionTimeoutMs)
    const id = crypto.randomUUID()
    const request = new GatewayRequest({ id, ...visit, caller, cancellation })
    visit.response.once('close', () => cancellation.cancel())
    try {
      const answer = await answerFor(path, request)
      log(path, request, { status: answer.status, startedAt })
      return answer
    } catch (error) {
      const refusal = toGatewayError(error)
      if (refusal.cause !== undefined) {
        parts.logger.error({ requestId: id, err: refusal.cause }, refusal.code)
      }
      log(path, request, { status: refusal.status, startedAt, refusal })
      const page =
        path.for === 'people'
          ? parts.renderRefusal(refusal, visit.incoming, addressInwards(path, visit.search))
          : null
      return page ?? passedRefusal(refusal, path, id)
    } finally {
      clearTimeout(timer)
    }
  }

  async function answerFor(path: PassedPath, request: GatewayRequest): Promise<PlainAnswer> {
    for (const step of firstSteps) await step(request)
    checkRequestForm(path, request)
    refuseInsecure(request.caller)
    if (isPostedAnswer(path, request.incoming, parts.publicUrl)) {
      return redirectAnswer(path, await readPassedBody(path, request, parts.limits))
    }
    if (path.for === 'people') checkFormOrigin(request.incoming, parts.publicUrl)
    const body = await readPassedBody(path, request, parts.limits)
    if (path.for === 'programs') return askInwards(path, request, { body })
    const { lostSession } = await identifyPerson(request)
    admitsAdmin(request)
    const form = tiePage(path, request)
    if (isFormOf(form, request.incoming, body)) {
      return askInwards(path, request, { body, form, lostSession })
    }
    const renewed = lostSession === 'TOKEN_EXPIRED' ? await renewSession(request) : null
    if (renewed === null) throw formOutOfDate()
    admitsAdmin(request)
    const anew = tiePage(path, request)
    if (!isFormOf(anew, request.incoming, body)) throw formOutOfDate()
    return askInwards(path, request, { body, form: anew, setCookies: renewed })
  }

  async function askInwards(
    path: PassedPath,
    request: GatewayRequest,
    asked: Omit<Parameters<AskAuth>[0], 'path' | 'request' | 'headers'> & {
      readonly form?: PageForm
      readonly lostSession?: string | null
      readonly setCookies?: readonly string[]
    },
  ): Promise<PlainAnswer> {
    const headers = await headersInwards(parts, path, { request, ...asked })
    const answer = await askAuth({ path, request, headers, body: asked.body })
    if (path.for === 'people') refuseUnreadable(answer)
    const { form = null, setCookies = [] } = asked
    return passedAnswer(answer, path, { form, request, setCookies })
  }

  /** What auth says as JSON is not for people: that it has no such page, or that it cannot answer now. */
  function refuseUnreadable({ status, headers }: AuthAnswer): void {
    if (String(headers['content-type']).startsWith('text/html')) return
    if (status === 404) throw notFound()
    if (status >= 400) throw serviceUnavailable('AUTH_UNAVAILABLE')
  }

  function refuseInsecure(caller: Caller): void {
    if (parts.isHttpsRequired && !caller.isSecure) throw httpsRequired()
  }

  function log(
    { path }: PassedPath,
    { id, incoming, principal }: GatewayRequest,
    of: { status: number; startedAt: number; refusal?: GatewayError },
  ): void {
    parts.logger.info(
      {
        requestId: id,
        path,
        method: incoming.method,
        kind: principal?.claims.kind ?? 'unknown',
        status: of.status,
        code: of.refusal?.code,
        reason: of.refusal?.logReason,
        ms: Math.round((parts.monotonic() - of.startedAt) * 10) / 10,
      },
      'request',
    )
  }
}
