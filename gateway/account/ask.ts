// What the pages ask of the graph. They pass the same steps as any client's operation, as nobody: a page's caller
// proves the mailbox, and no credential of theirs counts or goes inwards. Of their cookies one does, where they sign in: it
// says that the device is known.
import type { IncomingMessage } from 'node:http'
import { parse, print } from 'graphql'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { renameOperation } from '../../platform/auth-names/rename-operation.ts'
import type { Log } from '../../platform/log.ts'
import { cookiesOf, type OurCookies, onlyCookies, readOurCookies } from '../authenticate/cookies.ts'
import { Cancellation } from '../cancellation.ts'
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Caller } from '../http/client-address.ts'
import { checkAddress } from '../pipeline/address.ts'
import { waitForAdmission } from '../pipeline/admission.ts'
import { executeOperation } from '../pipeline/execute.ts'
import { shedLoad } from '../pipeline/load.ts'
import { prepareOperation } from '../pipeline/operation.ts'
import { resolvePrincipal } from '../pipeline/principal.ts'
import { limitAddress, limitRate } from '../pipeline/rate.ts'
import { checkRules } from '../pipeline/rules.ts'
import { checkVariables } from '../pipeline/variables.ts'
import type { PipelineParts, Step } from '../pipeline.ts'
import { serviceUnavailable } from '../refusals.ts'
import { GatewayRequest } from '../request.ts'

const documents = {
  resetPassword: `mutation AccountResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }`,
  denySession: `mutation AccountDenySession($input: DenySessionInput!) { denySession(input: $input) { resetToken } }`,
  undoEmailChange: `mutation AccountUndoEmailChange($input: UndoEmailChangeInput!) { undoEmailChange(input: $input) { resetToken } }`,
  openSignInLink: `mutation AccountOpenSignInLink($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { ... on SignedIn { user { email } } } }`,
} as const

/** As the graph knows it; the answer comes under auth's own names. */
function documentOf(mutation: keyof typeof documents, names: AuthNames): string {
  if (names.fingerprint === null) return documents[mutation]
  return print(renameOperation(parse(documents[mutation]), names))
}

export interface AccountQuestion {
  readonly mutation: keyof typeof documents
  readonly input: Readonly<Record<string, string>>
}

export interface AccountRefusal {
  readonly code: string
  readonly reason?: string
  readonly message: string
  readonly retryAfterSeconds: number
}

export type AccountAnswer =
  | {
      readonly email?: string
      readonly resetToken?: string
      /** Absent where a further factor must follow. */
      readonly user?: { readonly email: string }
      /** Of auth, for the browser that signs in. */
      readonly setCookies: readonly string[]
    }
  | { readonly refusal: AccountRefusal }

export type AskAccount = (
  from: { readonly incoming: IncomingMessage; readonly caller: Caller },
  question: AccountQuestion,
) => Promise<AccountAnswer>

export function createAskAccount(
  parts: PipelineParts & { readonly logger: Log; readonly executionTimeoutMs: number },
): AskAccount {
  const steps: readonly Step[] = [
    shedLoad(parts),
    waitForAdmission(parts),
    checkAddress(parts),
    limitAddress(parts),
    prepareOperation,
    resolvePrincipal(parts),
    limitRate(parts),
    checkRules(parts),
    checkVariables,
    executeOperation(parts),
  ]

  return async function ask({ incoming, caller }, { mutation, input }) {
    const cancellation = new Cancellation()
    const timer = setTimeout(() => cancellation.cancel(), parts.executionTimeoutMs)
    const id = crypto.randomUUID()
    const request = new GatewayRequest({ id, incoming, search: '', caller, cancellation })
    try {
      const graph = parts.currentGraph()
      if (graph === null) throw serviceUnavailable('NO_GRAPH')
      request.enterGraph(graph)
      request.cookies = deviceCookieOf(incoming)
      request.params = {
        query: documentOf(mutation, graph.config.authNames),
        documentId: null,
        operationName: null,
        variables: { input: { ...input } },
      }
      // A page's own document needs nobody's trust.
      request.text = documents[mutation]
      for (const step of steps) await step(request)
      return readResult(request, mutation)
    } catch (error) {
      const refusal = toGatewayError(error)
      if (refusal.cause !== undefined) {
        parts.logger.error({ requestId: id, err: refusal.cause }, refusal.code)
      }
      return { refusal: toRefusal(refusal.message, refusal.extensions) }
    } finally {
      clearTimeout(timer)
      request.leaveGraph()
    }
  }
}

function deviceCookieOf({ headers }: IncomingMessage): OurCookies {
  const device = readOurCookies(headers.cookie)?.device
  return device === undefined ? {} : { device }
}

function readResult(
  { result, context, prepared }: GatewayRequest,
  mutation: string,
): AccountAnswer {
  const { data, errors } = result
  const [error] = errors ?? []
  if (error !== undefined) return { refusal: toRefusal(error.message, error.extensions ?? {}) }
  const answer = data?.[mutation]
  if (answer === null || typeof answer !== 'object') throw new GatewayError('SUBGRAPH_UNAVAILABLE')
  const mayBeSet = cookiesOf(prepared.credentials.sets)
  return { ...answer, setCookies: onlyCookies(context.setCookies, mayBeSet) }
}

function toRefusal(message: string, extensions: Readonly<Record<string, unknown>>): AccountRefusal {
  const { code, reason, retryAfterSeconds } = extensions
  return {
    code: String(code),
    ...(typeof reason === 'string' && { reason }),
    message,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : 0,
  }
}
