// Step "answer": the result as bytes, and the cookies of auth for the mutations that may set them.
import { cookiesOf, onlyCookies } from '../authenticate/cookies.ts'
import { bodyOf } from '../engine/result.ts'
import { errorBody, type GatewayError, type ResponseMediaType } from '../errors.ts'
import { rateHeaders } from '../rate-limits/standing.ts'
import type { Answer, GatewayRequest } from '../request.ts'

export function writeAnswer(request: GatewayRequest): void {
  const { mediaType, result, context, prepared } = request
  const headers: Record<string, string | readonly string[]> = { 'content-type': mediaType }
  if (request.rate !== null) Object.assign(headers, rateHeaders(request.rate))
  const { sets } = prepared.credentials
  if (context.setCookies.length > 0 && sets.size > 0) {
    headers['set-cookie'] = onlyCookies(context.setCookies, cookiesOf(sets))
  }
  request.answer = { status: 200, headers, body: bodyOf(result) }
}

/** The answer to a request that was refused. */
export function refusalAnswer(
  error: GatewayError,
  { id, mediaType }: { id: string; mediaType?: ResponseMediaType },
): Answer {
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': mediaType ?? 'application/json; charset=utf-8' },
    body: JSON.stringify(errorBody(error, id)),
  }
}
