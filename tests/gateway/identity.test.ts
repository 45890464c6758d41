// What a subgraph is told of a caller: who it is, and beyond that only what its entry grants.
import { createIdentityReader } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/seal'
import { expect, test } from 'vitest'
import { createPrincipal } from '../../gateway/authenticate/principal.ts'
import { createIdentity } from '../../gateway/identity.ts'
import type { IdentityGrant } from '../../gateway/request-context.ts'

test('custom claims, like any other, go to the subgraphs that are granted them, and to no others', async () => {
  const issuer = 'https://graph.example.com'
  const signer = await createIdentitySigner({
    keys: { keys: [await generateIdentityKey()] },
    issuer,
  })
  const identity = createIdentity({ signer, now: Date.now })
  const principal = createPrincipal(
    { kind: 'user', sub: 'usr_1', sid: 'ses_1', roles: ['user'], custom: { plan: 'team' } },
    1,
  )
  const told = async (name: string, grants: readonly IdentityGrant[]) => {
    const subgraph = { name, identity: { grants, header: 'sallyport-identity' as const } }
    const header = await identity.headerFor(principal, subgraph, 'v1')
    const reader = createIdentityReader({ subgraph: name, issuer, jwks: signer.publicJwks })
    return await reader.verify(header.value)
  }
  expect(await told('orders', ['custom'])).toMatchObject({ custom: { plan: 'team' }, roles: [] })
  expect((await told('reviews', ['roles'])).custom).toEqual({})
})
