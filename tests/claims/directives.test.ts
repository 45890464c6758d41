// Rules are read under the names that a document gives them; a hard-coded name would be a bypass.
import { directiveNames, ruleFromDirectives } from '@sallyport/claims/predicates'
import { Kind, type ObjectTypeDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'

const FEDERATION = 'https://specs.apollo.dev/federation/v2.6'
const ACCESS = 'https://sallyport.dev/access/v1.0'

function ruleOf(links: string, directives: string) {
  const document = parse(
    `${links && `extend schema ${links}`} type Query { field: Int ${directives} }`,
  )
  const query = document.definitions.find(
    (node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION,
  )
  const field = query?.fields?.[0]
  if (!field) throw new Error('no field')
  return ruleFromDirectives(field, directiveNames(document))
}

const linked = `
  @link(url: "${FEDERATION}", import: ["@authenticated", "@requiresScopes", "@policy"])
  @link(url: "${ACCESS}", import: ["@public"])`

test('imported directives are read under their own names', () => {
  expect(ruleOf(linked, '@authenticated')).toMatchObject({ authenticated: true })
  expect(ruleOf(linked, '@public')).toMatchObject({ public: true, staleCredentials: false })
  expect(ruleOf(linked, '@public(staleCredentials: true)')).toMatchObject({
    staleCredentials: true,
  })
  expect(ruleOf(linked, '@requiresScopes(scopes: [["a", "b"], ["c"]])')?.scopes).toEqual([
    [['a', 'b'], ['c']],
  ])
  expect(ruleOf(linked, '@policy(policies: [["live"]])')?.policies).toEqual([[['live']]])
})

test('a field without access directives has no rule', () => {
  expect(ruleOf(linked, '@deprecated')).toBeNull()
  expect(ruleOf(linked, '')).toBeNull()
})

test('renamed imports are followed, and the old names stop counting', () => {
  const renamed = `
    @link(url: "${FEDERATION}", import: [{ name: "@authenticated", as: "@signedIn" }])
    @link(url: "${ACCESS}", import: [{ name: "@public", as: "@open" }])`
  expect(ruleOf(renamed, '@signedIn')).toMatchObject({ authenticated: true })
  expect(ruleOf(renamed, '@authenticated')).toBeNull()
  expect(ruleOf(renamed, '@open')).toMatchObject({ public: true })
  expect(ruleOf(renamed, '@public')).toBeNull()
})

test('directives that are not imported are read under their namespace', () => {
  const bare = `@link(url: "${FEDERATION}") @link(url: "${ACCESS}", as: "door")`
  expect(ruleOf(bare, '@federation__policy(policies: [["mfa"]])')?.policies).toEqual([[['mfa']]])
  expect(ruleOf(bare, '@door__public')).toMatchObject({ public: true })
  const named = `@link(url: "${FEDERATION}", as: "fed")`
  expect(ruleOf(named, '@fed__authenticated')).toMatchObject({ authenticated: true })
})

test('the links of a composed supergraph are followed', () => {
  const composed = `
    @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
    @link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule", for: SECURITY)
    @link(url: "${ACCESS}", import: ["@public"])`
  expect(ruleOf(composed, '@authenticated')).toMatchObject({ authenticated: true })
  expect(ruleOf(composed, '@rule(policies: [["deny"]])')?.policies).toEqual([[['deny']]])
  expect(ruleOf(composed, '@public')).toMatchObject({ public: true })
})

test('without links Apollo restrictions count, and public does not', () => {
  expect(ruleOf('', '@authenticated')).toMatchObject({ authenticated: true })
  expect(ruleOf('', '@public')).toBeNull()
  expect(
    ruleOf(`@link(url: "https://evil.example/access/v1.0", import: ["@public"])`, '@public'),
  ).toBeNull()
})

test('a lone name stands for a list of one, as GraphQL coerces it', () => {
  expect(ruleOf(linked, '@policy(policies: "mfa")')?.policies).toEqual([[['mfa']]])
  expect(ruleOf(linked, '@requiresScopes(scopes: ["a", "b"])')?.scopes).toEqual([[['a'], ['b']]])
})

test('a malformed argument is an error and no rule', () => {
  for (const bad of [
    '@policy',
    '@policy(policies: 1)',
    '@policy(policies: [[""]])',
    '@requiresScopes(scopes: null)',
  ]) {
    expect(() => ruleOf(linked, bad)).toThrow('not a list of lists of names')
  }
})

test('a link in a spelling of its own is an error, not a directive that nobody knows', () => {
  for (const url of [
    `${FEDERATION}?x`,
    `${FEDERATION}#x`,
    `${ACCESS}/`,
    'https://sallyport.dev/access/v2.0',
  ]) {
    const links = `@link(url: "${url}", import: [{ name: "@policy", as: "@rule" }])`
    expect(() => ruleOf(links, '@rule(policies: [["role:admin"]])')).toThrow(/not an address/)
  }
  expect(() => ruleOf(`@core(feature: "${FEDERATION}", as: "fed")`, '@fed__policy')).toThrow(
    /@core/,
  )
  expect(ruleOf('@link(url: "https://example.com/other/v1.0?x")', '@deprecated')).toBeNull()
})
