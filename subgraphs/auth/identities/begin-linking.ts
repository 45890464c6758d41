// Begins to link an account at another service to one's own. It is a way in from then on: it takes a recent sign-in, and a further
// factor where the person holds one.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import {
  type BegunProviderLogin,
  beginFlow,
  requireProvider,
  requireReturnUrl,
} from '../factors/provider/begin-flow.ts'
import { identitiesOf } from '../factors/provider/linked-identity.ts'
import type { LinkIdentityInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'

const limits = { provider: text(64), returnTo: text(2048) } satisfies Limits<LinkIdentityInput>

const MAX_IDENTITIES = 10

/**
 * @throws AuthError STEP_UP_REQUIRED where a further factor exists; NOT_FOUND; BAD_USER_INPUT for an address that is not listed;
 *   FORBIDDEN where providers are not offered; CONFLICT when there are too many; SERVICE_UNAVAILABLE while the provider is away
 */
export async function beginLinking(
  deps: AuthDeps,
  caller: Caller,
  input: LinkIdentityInput,
): Promise<BegunProviderLogin> {
  const { provider: id, returnTo } = parseInput(limits, input)
  if (!deps.config.signInMethods.includes('provider')) throw notOffered()
  const provider = requireProvider(deps, id)
  const redirectUri = requireReturnUrl(deps, {
    provider,
    returnTo,
    isTiedToBrowser: caller.client.pageForm !== null,
  })
  await limitNetwork(deps, 'provider-network', caller.origin.ipAddress)
  const { user, session } = await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    await requireFurtherProof(trx, deps, live)
    if ((await identitiesOf(trx, live.user.id)).length >= MAX_IDENTITIES) {
      throw new AuthError('CONFLICT', {
        message: `There are ${MAX_IDENTITIES} linked accounts already: unlink one first.`,
      })
    }
    return live
  })
  return await beginFlow(deps, {
    purpose: 'LINK_IDENTITY',
    provider,
    flow: { redirectUri },
    // The session that began it is what ties it, and is asked for at the end.
    delivery: 'BODY',
    userId: user.id,
    sessionId: session.id,
  })
}

function notOffered(): AuthError {
  return new AuthError('FORBIDDEN', {
    reason: 'METHOD_NOT_OFFERED',
    message: 'This way of signing in is not offered here: see signInMethods.',
  })
}
