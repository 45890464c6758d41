// What clients see of a supergraph, against what Apollo makes of it.

import { composeServices } from '@apollo/composition'
import { Supergraph } from '@apollo/federation-internals'
import { lexicographicSortSchema, parse, printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { apiSchemaOf } from '../../../gateway/engine/api-schema.ts'

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`

const graphs: Readonly<Record<string, readonly string[]>> = {
  'what is inaccessible': [
    `${link('"@inaccessible" "@key" "@shareable"')}
     type Query { open(hidden: Int @inaccessible, shown: Int): Open secret: Secret @inaccessible either: Either node: Node }
     type Open implements Node & Hidden @key(fields: "id") { id: ID! code: ID @inaccessible color: Color }
     type Secret @inaccessible { id: ID! }
     type Shown { id: ID! }
     union Either = Open | Secret | Shown
     interface Node { id: ID! }
     interface Hidden @inaccessible { id: ID! }
     enum Color { RED GREEN @inaccessible }
     input Filter @inaccessible { a: Int }`,
  ],
  'renamed features': [
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed", import: [{ name: "@inaccessible", as: "@internal" }, "@tag"])
     type Query { a: Int b: Int @internal c: Int @tag(name: "x") }`,
  ],
  'deprecations, specifications and one of several inputs': [
    `type Query { "Words" old(by: By, age: Int = 3 @deprecated(reason: "no")): Url @deprecated(reason: "gone") }
     "A place" scalar Url @specifiedBy(url: "https://url.spec.whatwg.org")
     input By { id: ID name: String }
     enum Size { SMALL HUGE @deprecated(reason: "big") }`,
  ],
  'directives that clients may use': [
    'directive @live(every: Int) on QUERY | FIELD type Query { a: Int }',
    'directive @live(every: Int) on QUERY | FIELD type Query { b: Int }',
  ],
}

test.each(Object.entries(graphs))('%s', (_, subgraphs) => {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map((sdl, index) => ({ name: `s${index}`, url: 'http://s', typeDefs: parse(sdl) })),
  )
  expect(errors).toBeUndefined()
  const sdl = supergraphSdl ?? ''
  const theirs = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema()
  const ours = apiSchemaOf(parse(sdl))
  expect(printSchema(lexicographicSortSchema(ours))).toBe(
    printSchema(lexicographicSortSchema(theirs)),
  )
})
