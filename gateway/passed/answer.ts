// What leaves of auth's answer for a passed path: headers and cookies by name, and what every page must say.
import { cookieNames, onlyCookies } from '../authenticate/cookies.ts'
import { errorBody, type GatewayError } from '../errors.ts'
import { setCookie } from '../http/page-cookies.ts'
import type { PlainAnswer } from '../http/route.ts'
import type { GatewayRequest } from '../request.ts'
import type { AuthAnswer } from './ask-auth.ts'
import type { PageForm } from './form.ts'
import type { PassedPath } from './paths.ts'

const passedHeaders = [
  'content-type',
  'content-language',
  'location',
  'www-authenticate',
  'dpop-nonce',
  'retry-after',
] as const

const SESSION_COOKIES = Object.values(cookieNames)

export function passedAnswer(
  { status, headers, body }: AuthAnswer,
  path: PassedPath,
  {
    form,
    request,
    setCookies,
  }: {
    readonly form: PageForm | null
    readonly request: GatewayRequest
    /** Of the gateway's own asking, before those of the answer. */
    readonly setCookies: readonly string[]
  },
): PlainAnswer {
  const passed = passedHeaders.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  const answered = onlyCookies(listOf(headers['set-cookie']), namesFor(path, request))
  const cookies = [...setCookies, ...answered]
  if (form !== null) cookies.push(setCookie(form.tie.cookie))
  return {
    status,
    headers: {
      ...Object.fromEntries(passed),
      ...alwaysFor(path, headers['content-security-policy']),
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body,
  }
}

/** Programs of OAuth read `error` and `error_description` (RFC 6749, 5.2); the rest is as everywhere. */
export function passedRefusal(refusal: GatewayError, path: PassedPath, id: string): PlainAnswer {
  const oauth = { error: oauthErrorOf(refusal.status), error_description: refusal.message }
  return {
    status: refusal.status,
    headers: {
      ...refusal.headers,
      ...alwaysFor(path, undefined),
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({
      ...(path.for === 'programs' && oauth),
      ...errorBody(refusal, id),
    }),
  }
}

function oauthErrorOf(status: number): string {
  if (status === 429 || status === 503) return 'temporarily_unavailable'
  if (status >= 500) return 'server_error'
  return status === 403 ? 'access_denied' : 'invalid_request'
}

/** The session's cookies come with a form that was sent, never with a link that was followed. */
function namesFor({ flowCookies = [], makesSession }: PassedPath, { incoming }: GatewayRequest) {
  const isForm = incoming.method === 'POST'
  return makesSession === true && isForm ? [...flowCookies, ...SESSION_COOKIES] : flowCookies
}

function alwaysFor(
  { for: whom }: PassedPath,
  policy: string | string[] | undefined,
): Record<string, string | string[]> {
  const always = {
    'cache-control': 'no-store',
    'content-security-policy': [...listOf(policy), OUR_POLICY],
  }
  if (whom === 'programs') return always
  return {
    ...always,
    // With `no-referrer` a browser would send the page's form with `Origin: null`.
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    vary: 'Origin, Accept-Language, Cookie',
  }
}

// Beside auth's own: a browser obeys every policy that is sent, so auth's can be stricter, and never laxer than this.
const OUR_POLICY = "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

function listOf(header: string | string[] | undefined): string[] {
  if (header === undefined) return []
  return Array.isArray(header) ? header : [header]
}
