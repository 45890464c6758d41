// The policy `live`: anyone about whom auth cannot be asked, or says nothing, is refused.
import type { ClaimsPayload } from '@sallyport/claims'
import { expect, test } from 'vitest'
import { AuthUnavailable, type LivePrincipal } from '../../gateway/authenticate/auth-questions.ts'
import { createPrincipal } from '../../gateway/authenticate/principal.ts'
import { refreshPrincipal } from '../../gateway/pipeline/refresh-principal.ts'
import type { GatewayRequest } from '../../gateway/request.ts'

const admin = { roles: ['admin'] }
const user: ClaimsPayload = { kind: 'user', sub: 'usr_1', sid: 'ses_1', ...admin }
const key: ClaimsPayload = { kind: 'api-key', sub: 'usr_1', key_id: 'key_1', ...admin }

async function replaced(payload: ClaimsPayload, ver: number | null, answer: unknown = null) {
  const asked: LivePrincipal[] = []
  const live = async (question: LivePrincipal) => {
    asked.push(question)
    if (answer === null) throw new AuthUnavailable('auth did not answer')
    return answer as { refused: string }
  }
  const request = {
    prepared: { needsLive: true, leaveOutDenied: null },
    principal: createPrincipal({ ...payload }, ver),
  } as unknown as GatewayRequest
  try {
    await refreshPrincipal({ questions: { live } })(request)
    return { asked: asked.length, claims: request.principal.claims }
  } catch (error) {
    return { asked: asked.length, code: (error as { code: string }).code }
  }
}

test.each<[string, ClaimsPayload, number | null]>([
  ['a client with the role admin', { kind: 'client', client_id: 'cli_1', ...admin }, null],
  ['a client that has a version', { kind: 'client', client_id: 'cli_1', ...admin }, 1],
  ['a client that names a session', { kind: 'client', client_id: 'cli_1', sid: 'ses_1' }, 1],
  ['a user without a session', { kind: 'user', sub: 'usr_1', ...admin }, 1],
  ['a user without a version', user, null],
  ['an app', { ...user, client_id: 'cli_1', scope: 'graph' }, 1],
  ['a person of another issuer', { ...user, roles: [], sub_iss: 'https://id.example' }, 1],
  ['an API key without an id', { kind: 'api-key', sub: 'usr_1', ...admin }, null],
  ['the gateway itself', { kind: 'gateway' }, null],
])('%s is refused, and auth is not asked', async (_, payload, ver) => {
  expect(await replaced(payload, ver, { principal: user })).toEqual({ asked: 0, code: 'FORBIDDEN' })
})

test.each([
  ['a user', user, 3],
  ['an API key', key, null],
] as const)('%s is 503 while auth says nothing', async (_, payload, ver) => {
  expect(await replaced(payload, ver)).toEqual({ asked: 1, code: 'SERVICE_UNAVAILABLE' })
})

test.each<[string, unknown, string]>([
  ['refuses', { refused: 'SESSION_REVOKED' }, 'UNAUTHENTICATED'],
  ['answers for another person', { principal: { ...user, sub: 'usr_2' } }, 'SERVICE_UNAVAILABLE'],
  ['answers for an app', { principal: { ...user, client_id: 'cli_1' } }, 'SERVICE_UNAVAILABLE'],
  [
    'answers for another issuer',
    { principal: { ...user, roles: [], sub_iss: 'https://id.example' } },
    'SERVICE_UNAVAILABLE',
  ],
  ['answers for another kind', { principal: key }, 'SERVICE_UNAVAILABLE'],
  ['answers with no claims', { principal: { kind: 'root' } }, 'SERVICE_UNAVAILABLE'],
])('a user is refused when auth %s', async (_, answer, code) => {
  expect(await replaced(user, 3, answer)).toEqual({ asked: 1, code })
})

test('what auth says counts, and nobody is left to the rules', async () => {
  const answer = { principal: { ...user, roles: ['user'], ver: 4 } }
  expect((await replaced(user, 3, answer)).claims?.roles).toEqual(['user'])
  expect(await replaced({ kind: 'anonymous' }, null)).toMatchObject({
    asked: 0,
    claims: { kind: 'anonymous' },
  })
})
