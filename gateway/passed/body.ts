// The body of a request for a passed path: read whole, capped, understood, and written anew for auth.
import { readBody } from '../http/body.ts'
import { exceededJsonLimit, type JsonLimits } from '../http/json-limits.ts'
import { badRequest, unsupportedMediaType } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { PassedPath } from './paths.ts'
import { announcesBody } from './request-form.ts'

const DEFAULT_BYTES = 16 * 1024
const FORM = 'application/x-www-form-urlencoded'

export type PassedBody =
  | { readonly type: typeof FORM; readonly fields: URLSearchParams }
  | { readonly type: 'application/json'; readonly json: unknown }

/** Null for a method without a body. */
export async function readPassedBody(
  path: PassedPath,
  { incoming }: GatewayRequest,
  limits: JsonLimits,
): Promise<PassedBody | null> {
  if (incoming.method !== 'POST') return null
  const type = mediaTypeOf(incoming.headers['content-type'] ?? '')
  // As userinfo is asked (OpenID Connect Core, 5.3.1): the credential is a header, and there is nothing to send.
  if (path.for === 'programs' && type === '' && !announcesBody(incoming.headers)) {
    return { type: FORM, fields: new URLSearchParams() }
  }
  const mayBeJson = path.for === 'programs' && type === 'application/json'
  if (type !== FORM && !mayBeJson) {
    throw unsupportedMediaType(
      path.for === 'people'
        ? 'Send the form of this page.'
        : `Send ${FORM} or application/json, in UTF-8.`,
    )
  }
  const text = await readBody(incoming, path.bodyBytes ?? DEFAULT_BYTES)
  if (type === FORM) return { type, fields: new URLSearchParams(text) }
  return { type: 'application/json', json: parseJson(text, limits) }
}

/** As auth gets it; without the token that tied a form to its page. */
export function bodyInwards(body: PassedBody): string {
  if (body.type === 'application/json') return JSON.stringify(body.json)
  const fields = new URLSearchParams(body.fields)
  fields.delete('form')
  return fields.toString()
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function parseJson(text: string, limits: JsonLimits): unknown {
  if (exceededJsonLimit(text, limits) !== null)
    throw badRequest('The body is too deep or too large.')
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('The body is not valid JSON.')
  }
}
