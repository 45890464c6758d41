// Claims survive the way through a payload, and nothing half-right becomes claims.
import {
  anonymousClaims,
  type ClaimsPayload,
  claimsFromPayload,
  isSignedIn,
  payloadFromClaims,
} from '@sallyport/claims'
import { expect, test } from 'vitest'

const payloads: ClaimsPayload[] = [
  { kind: 'anonymous' },
  { kind: 'gateway' },
  { kind: 'client', client_id: 'cli_1', scope: 'read' },
  { kind: 'api-key', sub: 'usr_1', key_id: 'key_1', roles: ['user'], scope: 'read write' },
  {
    kind: 'user',
    sub: 'usr_1',
    sid: 'ses_1',
    client_id: 'sallyport',
    roles: ['admin', 'user'],
    scope: 'read',
    email_verified: true,
    amr: ['pwd', 'mfa'],
    acr: 'aal2',
    auth_time: 1_750_000_000,
    mfa_time: 1_750_000_000,
    step_up: ['TOTP'],
  },
]

test.each(payloads)('a payload of kind $kind is the same after reading and writing', (payload) => {
  expect(payloadFromClaims(claimsFromPayload({ ...payload }))).toEqual(payload)
})

test('users, API keys and clients are signed in; the gateway and anonymous callers are not', () => {
  const signedIn = payloads.filter((payload) => isSignedIn(claimsFromPayload({ ...payload })))
  expect(signedIn.map(({ kind }) => kind)).toEqual(['client', 'api-key', 'user'])
  expect(isSignedIn({ ...anonymousClaims, subject: 'usr_1' })).toBe(false)
})

test('members of every object are not claims', () => {
  const payload = JSON.parse('{"kind":"anonymous","__proto__":{"sub":"usr_1","roles":["admin"]}}')
  expect(claimsFromPayload(payload)).toEqual(anonymousClaims)
})

test.each([
  [{ kind: 'user', sub: 'u', sid: 1 }],
  [{ kind: 'user', sub: 'u', sid: null }],
  [{ kind: 'user', sub: 'u', amr: 'mfa' }],
  [{ kind: 'user', sub: 'u', roles: [''] }],
  [{ kind: 'user', sub: 'u', roles: { 0: 'admin', length: 1 } }],
  [{ kind: 'user', sub: 'u', auth_time: -1 }],
  [{ kind: 'user', sub: 'u', mfa_time: '1' }],
  [{ kind: 'user', sub: 'u', step_up: 'TOTP' }],
  [{ kind: 'user', sub: 'u', email_verified: 1 }],
  [{ kind: 'toString', sub: 'u' }],
])('a wrong type is refused and not guessed at: %j', (payload) => {
  expect(() => claimsFromPayload(payload)).toThrow(expect.objectContaining({ name: 'ClaimsError' }))
})
