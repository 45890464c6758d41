// Products in the graph: public, and an entity that other subgraphs may extend.

import { parse } from 'graphql'
import { parsePage } from '../connection.ts'
import type { Resolvers } from '../generated.ts'
import { listProducts } from './list-products.ts'

export const typeDefs = parse(/* GraphQL */ `
  "What can be read."
  type Query {
    "Products, newest first."
    products(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ProductConnection @public
    "A product by id. Null where there is none."
    product(
      "Id of the product."
      id: ID!
    ): Product @public
  }

  "Something that can be reviewed."
  type Product @key(fields: "id") @public {
    "Id of the product."
    id: ID!
    "What it is called."
    name: String!
    "What it is. Null where nothing was written."
    description: String
    "Price in cents."
    priceCents: Int!
    "When it was added."
    createdAt: DateTime!
    "Average of the visible ratings, 1 to 5. Null while nobody has reviewed it."
    averageRating: Float
    "How many visible reviews there are."
    reviewCount: Int!
    "Visible reviews of it, newest first."
    reviews(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ReviewConnection!
  }

  "A page of products."
  type ProductConnection {
    "The products on this page, with their cursors."
    edges: [ProductEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type ProductEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Product!
  }
`)

export const resolvers = {
  Query: {
    products: (_, args, { db }) => listProducts(db, parsePage(args)),
    product: (_, { id }, { products }) => products.load(id),
  },
  Product: {
    __resolveReference: ({ id }, { products }) => products.load(id),
    priceCents: (product) => product.price_cents,
    createdAt: (product) => product.created_at,
    averageRating: async ({ id }, _, { ratings }) => (await ratings.load(id)).average,
    reviewCount: async ({ id }, _, { ratings }) => (await ratings.load(id)).count,
    reviews: ({ id }, args, { reviews }) => reviews.of('product_id', id, parsePage(args)),
  },
} satisfies Resolvers
