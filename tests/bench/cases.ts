// What is asked for: each operation is answered alike by every gateway before any of them is put under load.
import { randomInt } from 'node:crypto'

export interface BenchCase {
  readonly name: string
  readonly about: string
  readonly query: string
  /** Variables of the nth request; none by default. */
  readonly variables?: (turn: number) => Record<string, unknown>
  readonly isMutation?: boolean
  /** Each request has a document that nobody sent before. */
  readonly isNew?: boolean
  /** Each request selects something else: the document of the nth. Instead of `query`. */
  readonly shape?: (turn: number) => string
}

const fragments = /* GraphQL */ `
  fragment User on User { id username name }
  fragment Review on Review { id body }
  fragment Product on Product { inStock name price shippingEstimate upc weight }
`

/** Five levels deep, of many million selections one for each number. */
function shapeOf(turn: number): string {
  // Two numbers that follow each other have little in common (Knuth, multiplicative hashing).
  let bits = Math.imul(turn + 1, 2654435761) >>> 0
  const some = (fields: readonly string[]) => {
    const chosen = fields.filter((_, index) => (bits >> index) % 2 === 1)
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0
    return chosen.length > 0 ? chosen.join(' ') : '__typename'
  }
  const product = () => some(['inStock', 'name', 'price', 'shippingEstimate', 'upc', 'weight'])
  const review = () => some(['id', 'body'])
  const user = () => some(['id', 'username', 'name', 'birthday'])
  return `{ product(upc: "3") { ${product()} reviews { ${review()} author { ${user()} reviews { ${review()} product { ${product()} } } } } } }`
}

const reviewsOfAuthor = /* GraphQL */ `
  author { ...User reviews { ...Review product { ...Product } } }
`

/** Stands in the documents that are new with each request; subgraphs see it too. */
export const NEW_NAME = /\bnew\d{9}\b/g

/** The same document under a name that nobody used before. */
export function asNew(query: string): string {
  return query.replaceAll(NEW_NAME, `new${String(randomInt(1e9)).padStart(9, '0')}`)
}

/** The marker that a request's variables carry; of fixed length, so that only its digits change. */
export function markOf(turn: number): string {
  return `mark-${String(turn % 1_000_000).padStart(6, '0')}`
}

export const cases: readonly BenchCase[] = [
  {
    name: 'big',
    about: '16 fetches, the query of the public benchmark',
    query: /* GraphQL */ `
      ${fragments}
      query Big {
        users {
          ...User
          reviews { ...Review product { ...Product reviews { ...Review ${reviewsOfAuthor} } } }
        }
        topProducts { ...Product reviews { ...Review ${reviewsOfAuthor} } }
      }
    `,
  },
  {
    name: 'me',
    about: 'one fetch',
    query: 'query Me { me { id name username birthday } }',
  },
  {
    name: 'hop',
    about: 'two fetches, the second with @requires',
    query: 'query Hop { product(upc: "1") { name shippingEstimate inStock } }',
  },
  {
    name: 'mutation',
    about: 'one fetch',
    isMutation: true,
    query: 'mutation Rename { rename(name: "Ada") { id name } }',
  },
  {
    name: 'abstract',
    about: 'interfaces and unions',
    query: /* GraphQL */ `
      query Abstract {
        media { __typename id title ... on Book { pages stars } ... on Film { minutes stars } }
        shelf { __typename ... on Media { title } ... on Product { name price } }
      }
    `,
  },
  {
    name: 'variables',
    about: 'one fetch, other variables with every request',
    query:
      'query User($id: ID!, $note: String) { user(id: $id, note: $note) { id name username } }',
    variables: (turn) => ({ id: String(1 + (turn % 6)), note: markOf(turn) }),
  },
  {
    name: 'new-small',
    about: 'one fetch, another document with every request',
    isNew: true,
    query: '{ me { id new000000000: name username } }',
  },
  {
    name: 'new-deep',
    about: 'ten levels, another document with every request',
    isNew: true,
    query: /* GraphQL */ `
      ${fragments}
      {
        product(upc: "3") {
          ...Product new000000000: name
          reviews { ...Review ${reviewsOfAuthor} product { ...Product reviews { ...Review ${reviewsOfAuthor} } } }
        }
      }
    `,
  },
  {
    name: 'new-value',
    about: 'five levels, another literal with every request',
    isNew: true,
    query: /* GraphQL */ `
      ${fragments}
      {
        user(id: "3", note: "new000000000") {
          ...User
          reviews { ...Review product { ...Product reviews { ...Review author { ...User } } } }
        }
      }
    `,
  },
  {
    name: 'new-shape',
    about: 'five levels, another selection with every request',
    isNew: true,
    query: '',
    shape: shapeOf,
  },
]
