// Rules at random: what one rule is said to imply holds for every caller that there can be, and what `access explain` says of a
// document is what the gateway does.
import { type Claims, claimsFromPayload } from '@sallyport/claims'
import { type AccessRule, compileRule } from '@sallyport/claims/predicates'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { implies } from '../../gateway/explain/implies.ts'
import { startGraph } from '../gateway/graph-fixture.ts'
import { createAccessFolder, lineOf, run } from './access-graph.ts'

const NOW = 1_800_000_000
const names = [
  'role:admin',
  'role:support',
  'mfa',
  'verified',
  'session',
  'live',
  'fresh:60',
  'fresh:300',
  'deny',
]
const lists = (all: readonly string[]) =>
  fc.array(fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 2,
  })
const ruleArbitrary: fc.Arbitrary<AccessRule> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constant<AccessRule>({
      public: true,
      staleCredentials: false,
      authenticated: false,
      scopes: [],
      policies: [],
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      public: fc.constant(false),
      staleCredentials: fc.constant(false),
      authenticated: fc.boolean(),
      scopes: fc.array(lists(['a', 'b']), { maxLength: 2 }),
      policies: fc.array(lists(names), { maxLength: 2 }),
    }),
  },
)

/** Everybody that rules of these names can tell apart. */
function callers(): Claims[] {
  const kinds = [
    { kind: 'user', sub: 'usr_1', sid: 'ses_1' },
    { kind: 'user', sub: 'usr_1', sid: 'ses_1', client_id: 'app' },
    { kind: 'user', sub: 'usr_1', sub_iss: 'https://issuer.example' },
    { kind: 'api-key', sub: 'usr_1', key_id: 'key_1' },
    { kind: 'client', client_id: 'app' },
  ]
  const found: Claims[] = [claimsFromPayload({ kind: 'anonymous' })]
  for (const kind of kinds) {
    for (let bits = 0; bits < 1 << 7; bits += 1) {
      for (const age of [null, 30, 200, 900]) {
        const on = (bit: number) => (bits & (1 << bit)) !== 0
        const roles = ['admin', 'support'].filter(
          (role, bit) => on(bit) && !(role === 'admin' && 'sub_iss' in kind),
        )
        const scope = ['a', 'b', 'graph'].filter((_, bit) => on(bit + 2)).join(' ')
        found.push(
          claimsFromPayload({
            ...kind,
            roles,
            scope,
            ...(on(5) && { amr: ['mfa'] }),
            ...(on(6) && { email_verified: true }),
            ...(age !== null && { auth_time: NOW - age }),
          }),
        )
      }
    }
  }
  return found
}

test('a rule that is said to imply another lets nobody pass whom the other would not', () => {
  const everybody = callers()
  let implied = 0
  fc.assert(
    fc.property(ruleArbitrary, ruleArbitrary, (rule, other) => {
      expect(implies(rule, rule)).toBe(true)
      if (!implies(rule, other)) return
      implied += 1
      const [passes, wouldPass] = [compileRule(rule), compileRule(other)]
      const gained = everybody.find(
        (one) => passes(one, NOW) === null && wouldPass(one, NOW) !== null,
      )
      expect(gained, JSON.stringify([rule, other])).toBeUndefined()
    }),
    { numRuns: 400, seed: 20_261_126 },
  )
  expect(implied).toBeGreaterThan(30)
})

test('rules that differ in nothing but order, or in a younger proof, imply each other as they should', () => {
  const of = (policies: string[][][]): AccessRule => ({
    public: false,
    staleCredentials: false,
    authenticated: false,
    scopes: [],
    policies,
  })
  expect(implies(of([[['a', 'b'], ['c']]]), of([[['c'], ['b', 'a']]]))).toBe(true)
  expect(implies(of([[['fresh:60']]]), of([[['fresh:300']]]))).toBe(true)
  expect(implies(of([[['fresh:300']]]), of([[['fresh:60']]]))).toBe(false)
  expect(implies(of([[['a'], ['b']]]), of([[['a']]]))).toBe(false)
  expect(implies(of([[['a']], [['b']]]), of([[['a']]]))).toBe(true)
  expect(implies(of([[['deny']]]), of([[['a']]]))).toBe(true)
})

test('explain says of random fields what the gateway answers, and names the line of the rule that refuses', async () => {
  const rules = [
    '@public',
    '@authenticated',
    '@policy(policies: [["role:admin"]])',
    '@requiresScopes(scopes: [["a"]])',
    '@policy(policies: [["mfa"], ["role:support"]])',
  ]
  const picks = Array.from(
    { length: 40 },
    (_, index) => rules[(index * 7 + (index >> 2)) % rules.length] ?? '',
  )
  const auth = `type Query {\n${picks.map((rule, index) => `  f${index}: String ${rule}`).join('\n')}\n}`
  const shop = 'type Query { other: String @public }'
  using folder = createAccessFolder({ auth, shop })
  await using graph = await startGraph({ auth: { sdl: auth }, shop: { sdl: shop } })
  const callerOptions = [
    {},
    { kind: 'user' },
    { role: ['admin'] },
    { scope: ['a'] },
    { mfa: true },
    { role: ['support'] },
  ]
  for (const [index, options] of callerOptions.entries()) {
    const fields = [index, index + 9, index + 22]
    const document = `{ ${fields.map((field) => `f${field}`).join(' ')} }`
    const given = { config: folder.config, document, format: 'json', ...options }
    const { said } = await run('access explain', given as never)
    const found = JSON.parse(said)
    const payload = {
      kind: 'user',
      sub: 'usr_1',
      sid: 's',
      roles: options.role ?? [],
      scope: (options.scope ?? []).join(' '),
      ...(options.mfa && { amr: ['mfa'] }),
    }
    const claims = claimsFromPayload(index === 0 ? { kind: 'anonymous' } : payload)
    const answer = await graph.ask(document, { claims }).then(
      () => null,
      (error) => error.code,
    )
    expect([document, found.code]).toEqual([document, answer])
    for (const { coordinate, isAllowed, rules: asked } of found.fields) {
      if (isAllowed) continue
      const [{ line }] = asked[0].declarations
      const text = (await import('node:fs')).readFileSync(asked[0].declarations[0].file, 'utf8')
      expect(line).toBe(lineOf(text, `${coordinate.replace('Query.', '  ')}: `))
    }
  }
})
