// Every type, field, argument, input field and enum value of our subgraphs says what it is, in the graph itself.
import { type DocumentNode, Kind, parse, visit } from 'graphql'
import { expect, test } from 'vitest'
import { typeDefs as auth } from '../../subgraphs/auth/subgraph.ts'
import { typeDefs as reviews } from '../../subgraphs/reviews/subgraph.ts'

const DESCRIBED: readonly string[] = [
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.DIRECTIVE_DEFINITION,
  Kind.FIELD_DEFINITION,
  Kind.INPUT_VALUE_DEFINITION,
  Kind.ENUM_VALUE_DEFINITION,
]

interface Definition {
  readonly name: { readonly value: string }
  readonly description?: { readonly value: string }
}

/** Definitions as paths (`User.sessions.first`), with their descriptions. */
function definitionsOf(document: DocumentNode): Map<string, string> {
  const found = new Map<string, string>()
  const path: string[] = []
  visit(document, {
    enter(node) {
      if (!('name' in node) || node.name === undefined || !node.kind.includes('Definition')) {
        // Extensions of a type give their members a path, and have no description of their own.
        if (node.kind.endsWith('Extension') && 'name' in node) path.push(node.name?.value ?? '')
        return
      }
      const { name, description } = node as unknown as Definition
      path.push(name.value)
      if (DESCRIBED.includes(node.kind)) found.set(path.join('.'), description?.value.trim() ?? '')
    },
    leave(node) {
      const isNamed = 'name' in node && node.name !== undefined
      if (isNamed && /Definition$|Extension$/.test(node.kind)) path.pop()
    },
  })
  return found
}

const withoutWords = (documents: readonly DocumentNode[]) =>
  documents.flatMap((document) =>
    [...definitionsOf(document)].filter(([, words]) => words.length < 5).map(([name]) => name),
  )

test.each([
  ['auth', auth, 400],
  ['reviews', reviews, 60],
] as const)('%s describes everything in its schema', (_, documents, atLeast) => {
  const count = documents.flatMap((document) => [...definitionsOf(document)]).length
  expect(count).toBeGreaterThan(atLeast)
  expect(withoutWords(documents), 'give each a description in its graphql.ts').toEqual([])
})

test('one without a description is found, wherever it stands', () => {
  const planted = parse(`
    "A thing." type Thing { "What it is called." name("How long." length: Int, unit: Int): String  size: Int }
    extend type Query { things: Int }
    "Which way." enum Way { IN "The way out." OUT }
    input Wish { "How many." count: Int  what: String }
    "Either." union Either = Thing
    scalar Moment
    directive @mark("When." at: Int, by: Int) on OBJECT
  `)
  expect(withoutWords([planted])).toEqual([
    'Thing.name.unit',
    'Thing.size',
    'Query.things',
    'Way.IN',
    'Wish',
    'Wish.what',
    'Moment',
    'mark',
    'mark.by',
  ])
})
