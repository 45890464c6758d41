// A scope that a request asks for, and that nobody has ever heard of, is refused by its name (RFC 6749, 4.1.2.1 and 5.2): an app that
// misspells one learns it at once. What exists and is not for this app, or not for this person, is left out as before.
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findClient } from '../oauth-clients/client.ts'
import { unknownScopes } from '../oauth-clients/scopes.ts'
import type { ProviderParts } from './provider.ts'

/** OpenID Connect Core, 5.4, has them for everybody; we know nothing of the kind about people. */
const PASSED_OVER = ['address', 'phone']

/** @throws an OAuth error */
export async function refuseUnknownScopes(
  { deps, library }: Pick<ProviderParts, 'deps' | 'library'>,
  asked: Iterable<string>,
  client: { readonly scopes: readonly string[] },
): Promise<void> {
  const others = [...asked].filter(
    (scope) => !client.scopes.includes(scope) && !PASSED_OVER.includes(scope),
  )
  const [unknown] = await unknownScopes(deps.db, deps.describedScopes, others)
  if (unknown === undefined) return
  throw new library.errors.InvalidScope(`there is no scope ${unknown}`, unknown)
}

type Handler = (ctx: KoaContextWithOIDC) => unknown

/** A program has its scopes by itself, and nobody is asked: one that it was not given is refused, whoever else has it. */
export function refuseForeignScopes({ deps, library }: ProviderParts, handler: Handler) {
  return async function clientCredentials(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, requestParamScopes } = ctx.oidc
    const given = (await findClient(deps.db, client?.clientId ?? ''))?.scopes ?? []
    const foreign = [...requestParamScopes].find((scope) => !given.includes(scope))
    if (foreign === undefined) return void (await handler(ctx))
    throw new library.errors.InvalidScope(`this client has no scope ${foreign}`, foreign)
  }
}
