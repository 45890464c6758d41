// Forms of pages that auth makes: taken from the page that was shown alone (CSRF). A listed CORS origin is not enough.
import type { IncomingMessage } from 'node:http'
import type { GatewayError } from '../errors.ts'
import { type FormTie, isTied, tieForm } from '../http/form-token.ts'
import { readCookie } from '../http/page-cookies.ts'
import { csrfFailed } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { PassedBody } from './body.ts'
import type { PassedPath } from './paths.ts'

export interface PageForm {
  readonly tie: FormTie
  /** What the token is bound to beside page and browser: the session, and the flow's cookies as they came. */
  readonly place: string
}

export function checkFormOrigin({ method, headers }: IncomingMessage, publicUrl: string): void {
  if (method === 'GET' || method === 'HEAD') return
  if (headers.origin !== publicUrl)
    throw csrfFailed(`Open the page at ${publicUrl} and send its form.`)
}

export function tiePage(path: PassedPath, { incoming, principal }: GatewayRequest): PageForm {
  const { cookie } = incoming.headers
  const flow = (path.flowCookies ?? []).map((name) => readCookie(cookie, name) ?? '')
  const place = [path.path, principal.claims.sessionId ?? '', ...flow].join('\0')
  return { place, tie: tieForm(place, cookie) }
}

/** @param body null: nothing was sent. */
export function isFormOf(
  { place }: PageForm,
  { headers }: IncomingMessage,
  body: PassedBody | null,
): boolean {
  if (body === null) return true
  const token = body.type === 'application/json' ? '' : (body.fields.get('form') ?? '')
  return isTied(place, token, headers.cookie)
}

export function formOutOfDate(): GatewayError {
  return csrfFailed('This form is out of date. Open the page again, and send it anew.')
}
