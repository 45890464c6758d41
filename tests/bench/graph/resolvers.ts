// The data behind the benchmark's graph: 6 users, 9 products, 11 reviews, all of them constants.
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js'

interface Review {
  readonly id: string
  readonly body: string
  readonly product: { readonly upc: string }
}

const words =
  'The gate stands open from dawn to dusk, and anyone who comes through it is asked for a name, a token and a reason, '
const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia']
const users = names.map((name, index) => ({
  id: String(index + 1),
  name: `${name} of the Gate`,
  username: name.toLowerCase(),
  birthday: 1_234_567_890 + index,
}))

const products = ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'].map(
  (name, index) => ({
    upc: String(index + 1),
    name,
    price: 100 + 700 * index,
    weight: 20 + 600 * index,
  }),
)

// Four for each of the first two products, one for the third, two for the fourth.
const reviewed = [1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4]
const reviews: readonly Review[] = reviewed.map((upc, index) => ({
  id: String(index + 1),
  body: words.repeat(7).slice(0, 230 + 61 * ((index * 3) % 8)),
  product: { upc: String(upc) },
}))

const media = [
  ...['Doors', 'Walls', 'Locks'].map((title, index) => ({
    __typename: 'Book',
    id: `b${index}`,
    title,
    pages: 100 + index,
  })),
  ...['Sortie', 'Siege'].map((title, index) => ({
    __typename: 'Film',
    id: `f${index}`,
    title,
    minutes: 90 + index,
  })),
]

const author = { id: '1', username: 'ada' }
const reviewsOfUser = () => reviews.slice(0, 2)
const typeOf = ({ __typename }: { __typename?: string }) => __typename ?? 'Product'

export const resolvers: Readonly<Record<string, GraphQLResolverMap<unknown>>> = {
  accounts: {
    Query: {
      me: () => users[0],
      user: (_: unknown, { id }: { id: string }) => users.find((user) => user.id === id),
      users: () => users,
    },
    Mutation: {
      rename: (_: unknown, { name }: { name: string }) => ({ ...users[0], name }),
    },
    User: { __resolveReference: ({ id }: { id: string }) => users.find((user) => user.id === id) },
  },
  inventory: {
    Product: {
      inStock: ({ upc }: { upc: string }) => Number(upc) % 3 !== 0,
      shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
        price > 1000 ? 0 : Math.round(weight / 2),
    },
  },
  products: {
    Query: {
      topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first),
      product: (_: unknown, { upc }: { upc: string }) => products.find((one) => one.upc === upc),
      media: () => media,
      shelf: () => [...media, ...products.slice(0, 3)],
    },
    Media: { __resolveType: typeOf },
    Shelf: { __resolveType: typeOf },
    Product: {
      __resolveReference: ({ upc }: { upc: string }) => products.find((one) => one.upc === upc),
    },
    Book: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
    Film: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
  },
  reviews: {
    Review: {
      __resolveReference: ({ id }: { id: string }) => reviews.find((one) => one.id === id),
      author: () => author,
    },
    User: { reviews: reviewsOfUser },
    Product: {
      reviews: ({ upc }: { upc: string }) => reviews.filter(({ product }) => product.upc === upc),
    },
    Book: { stars: ({ id }: { id: string }) => 3 + (id.length % 2) },
    Film: { stars: ({ id }: { id: string }) => 2.5 + (id.length % 2) },
  },
}
