// The request of the protocol that is under way, for what the library calls without saying of which.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { AdapterPayload } from 'oidc-provider'
import type { Language } from '../../../platform/language.ts'
import type { RequestOrigin } from '../core/caller.ts'

export interface UnderWay {
  readonly origin: RequestOrigin
  /** Why a grant ends that ends in it. */
  readonly reason: string
  readonly language: Language | null
  /** The browser holds a session whose access token ran out: it can be renewed, and nobody needs to sign in. */
  readonly hasLostToken: boolean
  /** Somebody is signed in, as the database has it now. */
  readonly isSignedIn: boolean
  /** The browser's own secret, of people's requests. */
  readonly browser?: string
  /** The token that is asked about, by the handle that stands for it. */
  readonly token?: { readonly handle: string; readonly payload: AdapterPayload }
}

export interface CurrentRequest {
  run<T>(request: UnderWay, work: () => T): T
  get(): UnderWay | null
  origin(): RequestOrigin | null
  tokenFor(handle: string, kind: string): AdapterPayload | undefined
}

export function createCurrentRequest(): CurrentRequest {
  const storage = new AsyncLocalStorage<UnderWay>()
  const get = () => storage.getStore() ?? null
  return {
    run: (request, work) => storage.run(request, work),
    get,
    origin: () => get()?.origin ?? null,
    tokenFor: (handle, kind) => {
      const token = get()?.token
      return token?.handle === handle && token.payload.kind === kind ? token.payload : undefined
    },
  }
}
