// The benchmark's graph: four subgraphs of the shape of the public federation-gateway benchmark, and types beyond it.

/** What stands before each rule, so that one text serves gateways with rules, with public fields, and without any. */
export type Rules = 'authenticated' | 'public' | 'none'

export const header = (rules: Rules) => /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: ["@key", "@shareable", "@external", "@requires", "@provides", "@authenticated", "@composeDirective"]
    )
  ${
    rules === 'none'
      ? ''
      : `extend schema @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"]) @composeDirective(name: "@public")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE`
  }
`

const subgraphs: Readonly<Record<string, string>> = {
  accounts: /* GraphQL */ `
    type Query {
      me: User RULE
      user(id: ID!, note: String): User RULE
      users: [User] RULE
    }
    type Mutation { rename(name: String!): User RULE }
    type User @key(fields: "id") RULE { id: ID! name: String username: String @shareable birthday: Int }
  `,
  inventory: /* GraphQL */ `
    type Product @key(fields: "upc") RULE {
      upc: String!
      weight: Int @external
      price: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }
  `,
  products: /* GraphQL */ `
    type Query {
      topProducts(first: Int = 5): [Product] RULE
      product(upc: String!): Product RULE
      media: [Media!]! RULE
      shelf: [Shelf!]! RULE
    }
    type Product @key(fields: "upc") RULE { upc: String! name: String price: Int weight: Int }
    interface Media { id: ID! title: String! }
    type Book implements Media @key(fields: "id") RULE { id: ID! title: String! pages: Int }
    type Film implements Media @key(fields: "id") RULE { id: ID! title: String! minutes: Int }
    union Shelf = Book | Film | Product
  `,
  reviews: /* GraphQL */ `
    type Review @key(fields: "id") RULE {
      id: ID!
      body: String
      author: User @provides(fields: "username")
      product: Product
    }
    type User @key(fields: "id") RULE { id: ID! username: String @external reviews: [Review] }
    type Product @key(fields: "upc") RULE { upc: String! reviews: [Review] }
    type Book @key(fields: "id") RULE { id: ID! stars: Float }
    type Film @key(fields: "id") RULE { id: ID! stars: Float }
  `,
}

export const subgraphNames = Object.keys(subgraphs)

/** The SDL of one subgraph; every type and root field with the rule asked for. */
export function sdlOf(name: string, rules: Rules): string {
  const directive = rules === 'none' ? '' : `@${rules}`
  return header(rules) + (subgraphs[name] ?? '').replaceAll('RULE', directive)
}

/** Sallyport's fifth: the stand-in for auth, which answers no operation of the benchmark. */
export const authSdl = /* GraphQL */ `
  ${header('public')}
  type Query { greeting: String @public }
`
