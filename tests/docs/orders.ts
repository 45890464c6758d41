// What docs/subgraphs.md leaves to its reader: the data. Copied beside the examples, which import it by this name.
import { readFileSync } from 'node:fs'
import type { Claims } from '@sallyport/claims'
import { parse } from 'graphql'

export interface Order {
  readonly id: string
  readonly total: number
  readonly customerId: string | null
  readonly placedAt: string
}

interface Context {
  readonly claims: Claims
}

export const typeDefs = parse(readFileSync(new URL('orders.graphql', import.meta.url), 'utf8'))

export const resolvers = {
  Query: {
    items: () => page([{ name: 'Table', price: 12 }]),
    myOrders: (_: unknown, __: unknown, { claims }: Context) => page([order(claims.subject)]),
    allOrders: () => page([order('usr_another')]),
  },
  Order: {
    customer: ({ customerId }: Order) => ({ __typename: 'User', id: customerId }),
  },
  User: { orders: ({ id }: { readonly id: string }) => page([order(id)]) },
}

function order(customerId: string | null): Order {
  return { id: 'ord_1', total: 12, customerId, placedAt: '2026-01-01T00:00:00Z' }
}

function page(nodes: readonly unknown[]) {
  return {
    edges: nodes.map((node, index) => ({ node, cursor: String(index) })),
    pageInfo: { hasNextPage: false, hasPreviousPage: false },
  }
}
