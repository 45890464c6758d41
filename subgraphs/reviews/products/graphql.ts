// Products in the graph: public, and an entity that other subgraphs may extend.
import { parse } from 'graphql'
import { type PageArgs, parsePage } from '../connection.ts'
import type { ReviewsContext } from '../context.ts'
import { listProducts } from './list-products.ts'
import type { Product } from './product.ts'

export const typeDefs = parse(/* GraphQL */ `
  type Query {
    "Newest first."
    products(first: Int, after: String, last: Int, before: String): ProductConnection @public
    product(id: ID!): Product @public
  }

  type Product @key(fields: "id") @public {
    id: ID!
    name: String!
    description: String
    priceCents: Int!
    createdAt: DateTime!
    "Null while nobody has reviewed it."
    averageRating: Float
    reviewCount: Int!
    "Newest first."
    reviews(first: Int, after: String, last: Int, before: String): ReviewConnection!
  }

  type ProductConnection {
    edges: [ProductEdge!]!
    pageInfo: PageInfo!
  }

  type ProductEdge {
    cursor: String!
    node: Product!
  }
`)

export const resolvers = {
  Query: {
    products: (_: unknown, args: PageArgs, { db }: ReviewsContext) =>
      listProducts(db, parsePage(args)),
    product: (_: unknown, { id }: { id: string }, { products }: ReviewsContext) =>
      products.load(id),
  },
  Product: {
    __resolveReference: ({ id }: { id: string }, { products }: ReviewsContext) => products.load(id),
    priceCents: (product: Product) => product.price_cents,
    createdAt: (product: Product) => product.created_at,
    averageRating: async ({ id }: Product, _: unknown, { ratings }: ReviewsContext) =>
      (await ratings.load(id)).average,
    reviewCount: async ({ id }: Product, _: unknown, { ratings }: ReviewsContext) =>
      (await ratings.load(id)).count,
    reviews: ({ id }: Product, args: PageArgs, { reviews }: ReviewsContext) =>
      reviews.of('product_id', id, parsePage(args)),
  },
}
