// What a subgraph is told of a caller: who it is, and beyond that only what its entry grants.
import { createIdentityReader } from '@sallyport/claims'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
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
  const identity = createIdentity({ signer, now: Date.now, monotonic: () => performance.now() })
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

test('a token that was issued in the future is not used again once the clock is set right', async () => {
  const signer = await createIdentitySigner({
    keys: { keys: [await generateIdentityKey()] },
    issuer: 'https://graph.example.com',
  })
  const clock = { wall: Date.now(), monotonic: 0 }
  const identity = createIdentity({
    signer,
    now: () => clock.wall,
    monotonic: () => clock.monotonic,
  })
  const principal = createPrincipal({ kind: 'user', sub: 'usr_1', sid: 'ses_1' }, 1)
  const subgraph = {
    name: 'orders',
    identity: { grants: [], header: 'sallyport-identity' as const },
  }
  const token = async () => (await identity.headerFor(principal, subgraph, 'v1')).value
  const first = await token()
  clock.wall += 29_000
  clock.monotonic += 29_000
  expect(await token()).toBe(first)
  // Set back, it does not become young again.
  clock.wall -= 20_000
  clock.monotonic += 2_000
  const second = await token()
  expect(second).not.toBe(first)
  clock.wall -= 300_000
  expect(await token()).not.toBe(second)
})
