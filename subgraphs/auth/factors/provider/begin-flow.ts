// Begins a flow at a provider: a challenge that its answer ends, and the address where a person signs in there.
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError, badInput } from '../../core/errors.ts'
import type { TokenDelivery } from '../../generated.ts'
import {
  type BegunVerification,
  beginVerification,
} from '../../verifications/begin-verification.ts'
import { authorizationUrl } from './authorization-url.ts'
import type { ProviderPurpose } from './check-answer.ts'
import { callbackOf, PROVIDER, type ProviderFlow } from './flow.ts'
import type { Provider } from './providers.ts'

export interface BegunProviderLogin extends BegunVerification {
  readonly url: string
}

export interface BeginFlow {
  readonly purpose: ProviderPurpose
  readonly provider: Provider
  readonly flow: Omit<ProviderFlow, 'provider'>
  readonly delivery: TokenDelivery
  readonly deviceName?: string | null
  /** Of the device that says so; whether it is the person's is looked at when they are known. */
  readonly deviceHash?: string | null
  readonly userId?: string
  readonly sessionId?: string
}

/** @throws AuthError SERVICE_UNAVAILABLE while the provider is away */
export async function beginFlow(deps: AuthDeps, begin: BeginFlow): Promise<BegunProviderLogin> {
  const { provider, flow: given, ...challenge } = begin
  const flow: ProviderFlow = { ...given, provider: provider.settings.id }
  const begun = await transact(
    deps.db,
    async (trx) =>
      await beginVerification(trx, deps.config, {
        ...challenge,
        email: null,
        template: null,
        methods: { [PROVIDER]: { ...flow } },
      }),
  )
  const { verification } = begun
  return { ...begun, url: await authorizationUrl(provider, deps.config, { verification, flow }) }
}

/** @throws AuthError NOT_FOUND for one that this deployment has not */
export function requireProvider({ providers }: Pick<AuthDeps, 'providers'>, id: string): Provider {
  const provider = providers.find(id)
  if (provider === null) {
    throw new AuthError('NOT_FOUND', { message: 'There is no such provider: see signInMethods.' })
  }
  return provider
}

/**
 * @throws AuthError BAD_USER_INPUT for an address that PROVIDER_RETURN_TO does not have, letter by letter, and that is not the callback
 *   of the hosted pages either
 */
export function requireReturnUrl(
  { config }: Pick<AuthDeps, 'config'>,
  {
    provider,
    returnTo,
    isTiedToBrowser,
  }: {
    readonly provider: Provider
    /** null or absent: the first that is listed. */
    readonly returnTo: string | null | undefined
    /** By its cookies, or by the form of a hosted page. */
    readonly isTiedToBrowser: boolean
  },
): string {
  const { providerReturnTo } = config
  // The hosted pages take no answer to what an app began.
  const callback = callbackOf(config, provider.settings.id)
  const listed = isTiedToBrowser ? [...providerReturnTo, callback] : providerReturnTo
  const wanted = returnTo ?? listed[0]
  if (wanted !== undefined && listed.includes(wanted)) return wanted
  throw badInput('input.returnTo', 'This address is not one that a sign-in may return to.')
}
