// Begins a sign-in at a provider, for an app or a page of the client's own that it comes back to.
import type { Caller } from '../../core/caller.ts'
import { requireCookiesAllowed } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { type Limits, parseInput, text, trimmed } from '../../core/input.ts'
import { limitNetwork } from '../../core/throttling/limit-network.ts'
import {
  type BegunProviderLogin,
  beginFlow,
  requireProvider,
  requireReturnUrl,
} from '../../factors/provider/begin-flow.ts'
import type { StartProviderLoginInput } from '../../generated.ts'
import { deviceHashOf } from '../../sessions/device.ts'
import { requireOffered } from '../policy.ts'

const limits = {
  provider: text(64),
  returnTo: text(2048),
  deviceName: trimmed(100),
  deviceToken: text(128),
} satisfies Limits<StartProviderLoginInput>

/**
 * @throws AuthError BAD_USER_INPUT for an address that is not listed; NOT_FOUND; FORBIDDEN where this way in is not offered;
 *   SERVICE_UNAVAILABLE while the provider is away; RATE_LIMITED
 */
export async function startProviderLogin(
  deps: AuthDeps,
  caller: Caller,
  input: StartProviderLoginInput,
): Promise<BegunProviderLogin> {
  const parsed = parseInput(limits, input)
  const delivery = parsed.delivery ?? 'BODY'
  requireOffered(deps, 'provider')
  requireCookiesAllowed(caller, delivery)
  const provider = requireProvider(deps, parsed.provider)
  const redirectUri = requireReturnUrl(deps, {
    provider,
    returnTo: parsed.returnTo,
    isTiedToBrowser: delivery === 'COOKIE',
  })
  await limitNetwork(deps, 'provider-network', caller.origin.ipAddress)
  return await beginFlow(deps, {
    purpose: 'PROVIDER_LOGIN',
    provider,
    flow: { redirectUri },
    delivery,
    deviceName: parsed.deviceName || null,
    // Whose it is nobody knows yet.
    deviceHash: deviceHashOf(
      delivery === 'COOKIE' ? caller.client.deviceToken : (parsed.deviceToken ?? null),
    ),
  })
}
