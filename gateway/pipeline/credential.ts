// Step "credential": what was sent, and whether it is good. A refusal waits until the operation is known.
import type { AccessTokens } from '../authenticate/access-token.ts'
import type { ApiKeys } from '../authenticate/api-key.ts'
import { type BoundTokenParts, checkBinding } from '../authenticate/bound-token.ts'
import { type OurCookies, readOurCookies } from '../authenticate/cookies.ts'
import {
  noCredential,
  type OpenVerdict,
  onlyRefreshCookie,
  refused,
  type Verdict,
} from '../authenticate/verdict.ts'
import { type HeaderCredentials, readHeaderCredentials } from '../http/credentials-in-headers.ts'
import { ambiguousCredentials, httpsRequired } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export interface CredentialParts {
  readonly binding: BoundTokenParts
  readonly accessTokens: AccessTokens
  readonly apiKeys: ApiKeys
  readonly isHttpsRequired: boolean
}

export function judgeCredential(parts: CredentialParts) {
  return function credential(request: GatewayRequest): void | Promise<void> {
    const headers = readHeaderCredentials(request.incoming)
    const cookies = readOurCookies(request.incoming.headers.cookie)
    if (headers === null || cookies === null) throw ambiguousCredentials()
    request.hasHeaderCredential = isPresent(headers)
    request.cookies = request.hasHeaderCredential ? {} : cookies
    if (parts.isHttpsRequired && !request.caller.isSecure && sendsCredential(request)) {
      throw httpsRequired()
    }
    const verdict = request.hasHeaderCredential
      ? judgeHeaders(parts, headers, request)
      : judgeCookies(parts, cookies)
    if (!(verdict instanceof Promise)) {
      request.verdict = verdict
      return
    }
    return verdict.then((found) => {
      request.verdict = found
    })
  }
}

function isPresent(headers: HeaderCredentials): boolean {
  return headers.authorization !== null || headers.apiKey !== null || headers.apiSecret !== null
}

function sendsCredential({ hasHeaderCredential, cookies }: GatewayRequest): boolean {
  return hasHeaderCredential || Object.keys(cookies).length > 0
}

// RFC 6750, RFC 9449; RFC 9110, sections 11.1 and 11.4: the scheme's name is case-insensitive, and one or more spaces follow.
const tokenScheme = /^(bearer|dpop) +/i

function judgeHeaders(
  { accessTokens, apiKeys, binding }: CredentialParts,
  { authorization, apiKey, apiSecret }: HeaderCredentials,
  { incoming, caller }: GatewayRequest,
): Verdict | OpenVerdict | Promise<Verdict> {
  if (authorization === null) {
    return apiKeys.check({ key: apiKey ?? '', secret: apiSecret ?? '', address: caller.address })
  }
  const found = tokenScheme.exec(authorization)
  if (found === null) return refused('TOKEN_INVALID')
  const token = authorization.slice(found[0].length)
  const scheme = found[1]?.toLowerCase() === 'dpop' ? 'dpop' : 'bearer'
  const verdict = accessTokens.check(token, 'bearer')
  const bound = (known: Verdict) =>
    checkBinding(binding, incoming, { scheme, token, verdict: known })
  return verdict instanceof Promise ? verdict.then(bound) : bound(verdict)
}

function judgeCookies(
  { accessTokens }: CredentialParts,
  cookies: OurCookies,
): Verdict | Promise<Verdict> {
  if (cookies.access !== undefined) return accessTokens.check(cookies.access, 'cookie')
  return cookies.refresh === undefined ? noCredential : onlyRefreshCookie
}
