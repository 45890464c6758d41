// Graphs of each kind that the public federation gateway audit has join together with all of auth, as they are.
import { anonymousClaims, claimsFromPayload } from '@sallyport/claims'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { packagedAuthSdl } from '../../../gateway/supergraph/composition/auth-sdl.ts'
import { proposeNames } from '../../../gateway/supergraph/composition/make-room.ts'
import { federation1 } from '../engine/kinds/federation-1.ts'
import { interfaceObjects } from '../engine/kinds/interface-objects.ts'
import { interfaces } from '../engine/kinds/interfaces.ts'
import { keys } from '../engine/kinds/keys.ts'
import { overrides } from '../engine/kinds/overrides.ts'
import { provides } from '../engine/kinds/provides.ts'
import { requires } from '../engine/kinds/requires.ts'
import { rootsAndInputs } from '../engine/kinds/roots-and-inputs.ts'
import { composeKinds } from '../engine/kinds/start-kinds.ts'
import { unions } from '../engine/kinds/unions.ts'
import { loadTeam } from './compose-files.ts'

const kinds = [
  ...keys,
  ...federation1,
  ...interfaces,
  ...interfaceObjects,
  ...requires,
  ...provides,
  ...overrides,
  ...unions,
  ...rootsAndInputs,
]

test('each of their fields demands what the entry says, and nothing else is asked of them', async () => {
  const { sdl } = composeKinds(kinds)
  const names = proposeNames(
    parse(packagedAuthSdl()),
    Object.values(sdl).map((text) => parse(text)),
  )
  await using loaded = await loadTeam({ sdl, hasWholeAuth: true, file: { auth: { names } } })
  const person = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1' })
  for (const { query } of kinds.flatMap(({ asks }) => asks)) {
    const { authorize } = loaded.graph.operations.prepare(query, null)
    const codes = [anonymousClaims, person].map((claims) => authorize(claims, 0)?.code ?? 'ALLOWED')
    expect([query, codes]).toEqual([query, ['UNAUTHENTICATED', 'ALLOWED']])
  }
})
