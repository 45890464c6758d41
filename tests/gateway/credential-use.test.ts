// What mutations do to credentials stands in the SDL of auth, under whatever names: the gateway has no list of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { readCredentialUse } from '../../gateway/supergraph/credential-use.ts'
import { header, startGraph } from './graph-fixture.ts'

test('a mutation of any name, with the directive under another, is read by what it says', async () => {
  const renamed = header
    .replace('"@credentials"]', '{ name: "@credentials", as: "@touches" }]')
    .replaceAll('@credentials(reads', '@touches(reads')
    .replace('@composeDirective(name: "@credentials")', '@composeDirective(name: "@touches")')
  const sdl = /* GraphQL */ `
    type Query { open: String @public }
    type Mutation {
      depart: Boolean @public(staleCredentials: true) @touches(reads: ["session", "refresh"], sets: "session")
      logout: Boolean @public(staleCredentials: true)
    }
  `
  await using graph = await startGraph({ auth: { sdl, header: renamed } })
  expect(graph.prepare('mutation { depart }').credentials).toEqual({
    reads: new Set(['session', 'refresh']),
    sets: new Set(['session']),
  })
  expect(graph.prepare('mutation { logout }').credentials).toEqual({
    reads: new Set(),
    sets: new Set(),
  })
})

test.each([
  ['reads', 'password'],
  ['sets', 'refresh'],
  ['sets', 'SESSION'],
])('a word that %s does not have is refused: %s', (name, word) => {
  const document = parse(`type Mutation { a: String @credentials(${name}: ["${word}"]) }`)
  const [type] = document.definitions
  const field = type?.kind === Kind.OBJECT_TYPE_DEFINITION ? type.fields?.[0] : undefined
  expect(() => readCredentialUse(field ?? {}, new Set(['credentials']))).toThrow(
    `@credentials: "${name}" may have`,
  )
})

/** The pages of the gateway send operations of their own; what decides about everybody's knows none by name. */
const DECIDING = ['pipeline', 'authorize', 'operation', 'supergraph', 'authenticate', 'engine']

test('nothing that decides about requests names a mutation of auth', () => {
  const mutations = parse(readFileSync('schema/auth.graphql', 'utf8')).definitions.flatMap(
    (type) =>
      'name' in type && type.name?.value === 'Mutation' && 'fields' in type
        ? (type.fields ?? []).map((field) => field.name.value)
        : [],
  )
  expect(mutations).toContain('logout')
  const files = DECIDING.map((folder) => join('gateway', folder)).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  )
  expect(files.length).toBeGreaterThan(50)
  const named = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    // `refresh` is a cookie's name as well.
    const telling = mutations.filter((name) => name !== 'refresh')
    return telling.filter((name) => text.includes(`'${name}'`)).map((name) => `${file}: ${name}`)
  })
  expect(named).toEqual([])
})
