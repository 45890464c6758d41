// What each rule means, for each kind of caller: the same for the gateway's door and the subgraph's.
import { anonymousClaims, type Claims, claimsFromPayload, isSubject } from '@sallyport/claims'
import {
  type AccessRule,
  compileRule,
  createPolicies,
  emptyRule,
  mergeRules,
  type PolicyRegistry,
  refuseAppThatMayNotWrite,
  strictestDenial,
  usesLive,
} from '@sallyport/claims/predicates'
import { describe, expect, test } from 'vitest'

const NOW = 1_750_000_000
const user = claimsFromPayload({
  kind: 'user',
  sub: 'usr_1',
  sid: 'ses_1',
  roles: ['moderator'],
  scope: 'read write',
  amr: ['pwd'],
  auth_time: NOW - 100,
})
const key = claimsFromPayload({
  kind: 'api-key',
  sub: 'usr_1',
  key_id: 'key_1',
  roles: ['moderator'],
})
const client = claimsFromPayload({ kind: 'client', client_id: 'cli_1', scope: 'read' })
const gateway = claimsFromPayload({ kind: 'gateway' })

const rule = (parts: Partial<AccessRule>): AccessRule => ({ ...emptyRule, ...parts })
const policies = (...names: string[][]) => rule({ policies: [names] })
const scopes = (...names: string[][]) => rule({ scopes: [names] })
const ask = (asked: AccessRule, claims: Claims) =>
  compileRule(asked)(claims, NOW)?.code ?? 'allowed'

describe('each rule, for a user, an API key, a client, the gateway and nobody', () => {
  const U = 'UNAUTHENTICATED'
  const F = 'FORBIDDEN'
  test.each<[string, AccessRule, string[]]>([
    ['public', rule({ public: true }), ['allowed', 'allowed', 'allowed', 'allowed', 'allowed']],
    ['authenticated', rule({ authenticated: true }), ['allowed', 'allowed', 'allowed', U, U]],
    [
      'public and authenticated',
      rule({ public: true, authenticated: true }),
      ['allowed', 'allowed', 'allowed', U, U],
    ],
    ['nothing at all', emptyRule, [F, F, F, U, U]],
    ['one scope', scopes(['read']), ['allowed', F, 'allowed', U, U]],
    ['all of two scopes', scopes(['read', 'write']), ['allowed', F, F, U, U]],
    ['one of two scopes', scopes(['write'], ['read']), ['allowed', F, 'allowed', U, U]],
    ['no alternative', scopes(), [F, F, F, U, U]],
    ['a role', policies(['role:moderator']), ['allowed', 'allowed', F, U, U]],
    ['another role', policies(['role:admin']), [F, F, F, U, U]],
    ['session', policies(['session']), ['allowed', F, F, U, U]],
    ['verified', policies(['verified']), [F, F, F, U, U]],
    ['live', policies(['live']), ['allowed', 'allowed', F, U, U]],
    ['deny', policies(['deny']), [F, F, F, U, U]],
    ['mfa', policies(['mfa']), ['STEP_UP_REQUIRED', F, F, U, U]],
    ['fresh, long', policies(['fresh:100']), ['allowed', F, F, U, U]],
    ['fresh, short', policies(['fresh:99']), ['STEP_UP_REQUIRED', F, F, U, U]],
  ])('%s', (_, asked, expected) => {
    const callers = [user, key, client, gateway, anonymousClaims]
    expect(callers.map((claims) => ask(asked, claims))).toEqual(expected)
  })
})

const proved = {
  sid: 'ses_1',
  roles: ['moderator'],
  email_verified: true,
  amr: ['pwd', 'mfa'],
  auth_time: NOW - 1,
}
const appWith = (scope: string) =>
  claimsFromPayload({ kind: 'user', sub: 'usr_1', client_id: 'cli_1', scope, ...proved })
const foreign = claimsFromPayload({
  kind: 'user',
  sub: 'usr_1',
  sub_iss: 'https://id.example',
  ...proved,
})
const keyOf = claimsFromPayload({ kind: 'api-key', sub: 'usr_1', key_id: 'key_1', ...proved })
const clientOf = claimsFromPayload({ kind: 'client', client_id: 'cli_1', scope: 'read', ...proved })

describe('each rule, for those who carry all of a session’s claims and have none: an app with and without the scope graph, a person of another issuer, an API key, a client', () => {
  const F = 'FORBIDDEN'
  const A = 'allowed'
  test.each<[string, AccessRule, string[]]>([
    ['public', rule({ public: true }), [A, A, A, A, A]],
    ['authenticated', rule({ authenticated: true }), [A, F, A, A, A]],
    ['one scope', scopes(['read']), [A, A, F, F, A]],
    [
      'a scope, and authenticated',
      rule({ authenticated: true, scopes: [[['read']]] }),
      [A, F, F, F, A],
    ],
    ['a role', policies(['role:moderator']), [A, F, A, A, A]],
    ['verified', policies(['verified']), [A, F, A, A, F]],
    ['session', policies(['session']), [F, F, F, F, F]],
    ['mfa', policies(['mfa']), [A, F, A, F, F]],
    ['fresh', policies(['fresh:60']), [A, F, A, F, F]],
    ['live', policies(['live']), [F, F, F, A, F]],
    ['session or verified', policies(['session'], ['verified']), [A, F, A, A, F]],
    ['deny', policies(['deny']), [F, F, F, F, F]],
  ])('%s', (_, asked, expected) => {
    const callers = [appWith('graph read'), appWith('openid read'), foreign, keyOf, clientOf]
    expect(callers.map((claims) => ask(asked, claims))).toEqual(expected)
  })

  test('an app writes with the scope graph:write alone, and nobody else needs it', () => {
    const may = (claims: Claims) => refuseAppThatMayNotWrite(claims, NOW) === null
    expect([appWith('graph'), appWith('graph:write')].map(may)).toEqual([false, true])
    expect([user, key, client, foreign, anonymousClaims].map(may)).toEqual(Array(5).fill(true))
  })

  test('none of them is told to step up', () => {
    const stale = claimsFromPayload({
      kind: 'user',
      sub: 'usr_1',
      client_id: 'cli_1',
      scope: 'graph',
    })
    expect(ask(policies(['mfa']), stale)).toBe('FORBIDDEN')
  })

  test('the client_id of Sallyport itself is not an app', () => {
    const own = claimsFromPayload({ kind: 'user', sub: 'usr_1', client_id: 'sallyport', ...proved })
    expect(ask(policies(['session']), own)).toBe('allowed')
  })
})

test('a proof from the future is not a fresh one, beyond what clocks differ', () => {
  const at = (auth_time: number) =>
    claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1', auth_time })
  for (const [seconds, expected] of [
    [0, 'allowed'],
    [5, 'allowed'],
    [6, 'STEP_UP_REQUIRED'],
    [60, 'STEP_UP_REQUIRED'],
    [1e9, 'STEP_UP_REQUIRED'],
  ] as const) {
    expect(ask(policies(['fresh:600']), at(NOW + seconds))).toBe(expected)
  }
})

test('a person is meant by an id of ours alone', () => {
  expect(isSubject(user, 'usr_1')).toBe(true)
  expect([user, client, anonymousClaims].map((claims) => isSubject(claims, null))).toEqual([
    false,
    false,
    false,
  ])
  expect(isSubject(foreign, 'usr_1')).toBe(false)
})

test('a step-up is told only when nothing else is missing', () => {
  expect(ask(policies(['fresh:10', 'role:moderator']), user)).toBe('STEP_UP_REQUIRED')
  expect(ask(policies(['fresh:10', 'role:admin']), user)).toBe('FORBIDDEN')
  expect(ask(policies(['role:admin'], ['mfa']), user)).toBe('STEP_UP_REQUIRED')
  expect(ask(rule({ policies: [[['mfa']]], scopes: [[['delete']]] }), user)).toBe('FORBIDDEN')
})

test('beside mfa it is the further factor that must be fresh, not the password', () => {
  const at = (mfa_time?: number) =>
    claimsFromPayload({
      kind: 'user',
      sub: 'usr_1',
      sid: 'ses_1',
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: NOW - 1,
      ...(mfa_time !== undefined && { mfa_time }),
    })
  for (const names of [
    ['mfa', 'fresh:600'],
    ['fresh:600', 'mfa'],
  ]) {
    expect(ask(policies(names), at(NOW - 599))).toBe('allowed')
    expect(ask(policies(names), at(NOW - 601))).toBe('STEP_UP_REQUIRED')
    expect(ask(policies(names), at(NOW + 60))).toBe('STEP_UP_REQUIRED')
    expect(ask(policies(names), at())).toBe('STEP_UP_REQUIRED')
  }
  expect(ask(policies(['fresh:600']), at())).toBe('allowed')
})

test('a step-up names what this person has; where a further factor is missing, those alone', () => {
  const holder = (step_up: readonly string[]) =>
    claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1', step_up })
  const methods = (names: string[], step_up: string[]) =>
    compileRule(policies(names))(holder(step_up), NOW)?.methods
  expect(methods(['fresh:10'], ['PASSWORD', 'EMAIL_CODE'])).toEqual(['PASSWORD', 'EMAIL_CODE'])
  expect(methods(['mfa'], ['TOTP', 'RECOVERY_CODE'])).toEqual(['TOTP', 'RECOVERY_CODE'])
  expect(methods(['mfa'], ['PASSWORD', 'EMAIL_CODE'])).toBeUndefined()
})

test('of several step-ups the youngest proof is asked for', () => {
  const both = mergeRules([policies(['fresh:60']), policies(['fresh:10', 'mfa'])])
  expect(compileRule(both)(user, NOW)).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    maxAgeSeconds: 10,
  })
})

test('merged rules demand what each of them does, and stay public only together', () => {
  const open = rule({ public: true, staleCredentials: true })
  expect(mergeRules([open, open])).toMatchObject({ public: true, staleCredentials: true })
  const merged = mergeRules([open, rule({ authenticated: true }), scopes(['delete'])])
  expect(merged).toMatchObject({ public: false, staleCredentials: false })
  expect(ask(merged, anonymousClaims)).toBe('UNAUTHENTICATED')
  expect(ask(merged, user)).toBe('FORBIDDEN')
  expect(ask(mergeRules([]), user)).toBe('FORBIDDEN')
})

test('the strictest denial is told', () => {
  const stepUp = { code: 'STEP_UP_REQUIRED', missing: 'mfa' } as const
  const forbidden = { code: 'FORBIDDEN', missing: 'role:admin' } as const
  const anonymous = { code: 'UNAUTHENTICATED', missing: 'a caller' } as const
  expect(strictestDenial([null, stepUp, forbidden])).toBe(forbidden)
  expect(strictestDenial([stepUp, anonymous, forbidden])).toBe(anonymous)
  expect(strictestDenial([null, null])).toBeNull()
})

test('an unknown or malformed policy is found when it is compiled', () => {
  for (const name of ['rolle:admin', 'role:', 'fresh:', 'fresh:-1', 'fresh:1.5', 'toString', '']) {
    expect(() => compileRule(policies([name]))).toThrow(`unknown policy "${name}"`)
  }
})

test('a deployment brings its own policies and cannot replace ours', () => {
  const registry = createPolicies({ staff: ({ subject }) => subject === 'usr_1' })
  const predicate = compileRule(policies(['staff']), registry)
  expect(predicate(user, NOW)).toBeNull()
  expect(predicate(client, NOW)).toMatchObject({ code: 'FORBIDDEN' })
  expect(predicate(anonymousClaims, NOW)).toMatchObject({ code: 'UNAUTHENTICATED' })
  const everybody = createPolicies({
    staff: { kinds: ['user', 'api-key', 'client'], holds: () => true },
  })
  const outcome = (registry: PolicyRegistry, claims: Claims) =>
    compileRule(policies(['staff']), registry)(claims, NOW)?.code ?? 'allowed'
  const callers = [user, key, client, foreign, appWith('graph')]
  expect(callers.map((claims) => outcome(registry, claims))).toEqual([
    'allowed',
    'FORBIDDEN',
    'FORBIDDEN',
    'FORBIDDEN',
    'FORBIDDEN',
  ])
  expect(callers.map((claims) => outcome(everybody, claims))).toEqual([
    'allowed',
    'allowed',
    'allowed',
    'FORBIDDEN',
    'FORBIDDEN',
  ])
  const kinds = ['root'] as unknown as ['user']
  expect(() => createPolicies({ staff: { kinds, holds: () => true } })).toThrow(
    'unknown kind "root"',
  )
  for (const name of ['live', 'deny', 'role:admin', 'fresh:x']) {
    expect(() => createPolicies({ [name]: () => true })).toThrow('built in')
  }
})

test('only true lets pass, whatever else a policy answers', () => {
  const truthy = (() => 'yes') as unknown as () => boolean
  const promise = (async () => false) as unknown as () => boolean
  const registry = createPolicies({ truthy, promise })
  for (const name of ['truthy', 'promise']) {
    expect(compileRule(policies([name]), registry)(user, NOW)).toMatchObject({ code: 'FORBIDDEN' })
  }
})

test('live is found wherever it stands', () => {
  expect(usesLive(policies(['role:admin'], ['mfa', 'live']))).toBe(true)
  expect(usesLive(policies(['role:live']))).toBe(false)
})
