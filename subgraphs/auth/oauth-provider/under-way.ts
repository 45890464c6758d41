// A request that the library answers: what it is told of, as long as it works on it.
import type { IncomingMessage } from 'node:http'
import type { IdentityReader } from '@sallyport/claims'
import type { Provider } from 'oidc-provider'
import { preferredLanguage } from '../../../platform/language.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { UnderWay } from './current-request.ts'
import type { ServingParts } from './serving.ts'
import { type Spoken, speak } from './speak.ts'

/** The gateway lets no larger body pass. */
export const MAX_BODY_BYTES = 64 * 1024

export interface Parts extends ServingParts {
  readonly identity: IdentityReader
  /** Made of the headers that count beside a valid identity token. */
  readonly originOf: (request: IncomingMessage) => RequestOrigin
  readonly cookiesOf: (request: IncomingMessage) => ReadonlyMap<string, string>
}

export async function underWay(
  parts: Parts,
  of: Pick<UnderWay, 'reason' | 'token' | 'browser'> & {
    readonly request: IncomingMessage
    readonly isSignedIn?: boolean
  },
  spoken: (provider: Provider) => Spoken & { readonly provider: Provider },
): Promise<void> {
  const { request, isSignedIn = false, ...rest } = of
  const language = languageOf(request)
  const hasLostToken = request.headers['sallyport-client-lost-session'] === 'TOKEN_EXPIRED'
  const state = { ...rest, isSignedIn, origin: parts.originOf(request), language, hasLostToken }
  await parts.current.run(state, async () => {
    const { provider, ...what } = spoken(parts.provider())
    await speak(provider, what)
  })
}

export function languageOf({ headers, url }: IncomingMessage): UnderWay['language'] {
  const asked = new URL(url ?? '/', 'http://auth').searchParams.get('ui_locales')
  const said = headers['sallyport-client-language']
  return (
    preferredLanguage(asked?.replaceAll(' ', ',')) ??
    preferredLanguage(typeof said === 'string' ? said : undefined)
  )
}
