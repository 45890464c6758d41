// A form that was filled in while the access token expired. It is tied to a session that can go on, so that is renewed by its refresh cookie,
// as `/continue-session` does it, and the form is judged anew: nobody has to type it again. Renewing takes an Origin of ours alone, which
// was checked; what the form does still takes its token.
import type { AccessTokens } from '../authenticate/access-token.ts'
import { cookieNames, cookiesOf, onlyCookies } from '../authenticate/cookies.ts'
import { applyVerdict, type PrincipalParts } from '../pipeline/principal.ts'
import type { GatewayRequest } from '../request.ts'
import type { AskAuth } from './ask-auth.ts'
import { type HeadersParts, headersInwards } from './headers.ts'
import { type PassedPath, passedPaths } from './paths.ts'

export interface RenewParts extends HeadersParts, PrincipalParts {
  readonly accessTokens: AccessTokens
}

/** @returns the lines that set its cookies, with its person as the request's principal. Null: it cannot go on. */
export type RenewSession = (request: GatewayRequest) => Promise<readonly string[] | null>

export function createRenewSession(parts: RenewParts, askAuth: AskAuth): RenewSession {
  const path = continuing()
  return async function renewSession(request) {
    if (request.cookies.refresh === undefined) return null
    const body = {
      type: 'application/x-www-form-urlencoded',
      fields: new URLSearchParams(),
    } as const
    const headers = await headersInwards(parts, path, { request, body })
    const answer = await askAuth({ path, request, headers, body })
    const lines = onlyCookies([answer.headers['set-cookie'] ?? []].flat(), cookiesOf(['session']))
    const access = valueIn(lines, cookieNames.access)
    if (access === null) return null
    await applyVerdict(parts, request, await parts.accessTokens.check(access, 'cookie'))
    return lines
  }
}

function continuing(): PassedPath {
  const found = passedPaths.find(({ path }) => path === '/continue-session')
  if (found === undefined) throw new Error('nothing renews a session')
  return found
}

function valueIn(lines: readonly string[], name: string): string | null {
  const line = lines.find((one) => one.startsWith(`${name}=`))
  return line?.slice(name.length + 1).split(';', 1)[0] || null
}
