// A graph as a team has it before it moves: two subgraphs that run, with Apollo's directives, and what they were asked with.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'

const PRODUCTS = 'http://localhost:4011/graphql'
const REVIEWS = 'http://localhost:4012/graphql'

const resolvers = {
  products: {
    Query: {
      products: () => [{ id: 'p1', name: 'Chair', cost: 3 }],
      deals: () => ['half price'],
    },
    Product: {
      __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Chair', cost: 3 }),
    },
  },
  reviews: {
    Query: { latest: () => [{ text: 'good', product: { id: 'p1' } }] },
    Mutation: { addReview: () => 'added' },
    Product: { reviews: () => [{ text: 'good' }] },
  },
}

export interface TeamFolder extends AsyncDisposable {
  readonly path: string
  /** Writes a file of the page, with the addresses that are listened on. */
  write(name: string, text: string): Promise<string>
  /** The line of the page, with those addresses. */
  typed(line: string): readonly string[]
  /** Headers of each request for data, by subgraph. */
  readonly seen: Readonly<Record<'products' | 'reviews', IncomingHttpHeaders[]>>
}

export async function startTeam(sdl: {
  readonly products: string
  readonly reviews: string
}): Promise<TeamFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-moving-'))
  const seen = { products: [], reviews: [] }
  const products = await serve(sdl.products, resolvers.products, seen.products)
  const reviews = await serve(sdl.reviews, resolvers.reviews, seen.reviews)
  const placed = (text: string) =>
    text.replaceAll(PRODUCTS, addressOf(products)).replaceAll(REVIEWS, addressOf(reviews))
  return {
    path,
    seen,
    typed: (line) =>
      placed(line)
        .trim()
        .replace(/^npx sallyport /, '')
        .split(/\s+/),
    async write(name, text) {
      await writeFile(join(path, name), placed(text))
      return join(path, name)
    },
    async [Symbol.asyncDispose]() {
      for (const server of [products, reviews]) server.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}

async function serve(sdl: string, resolvers: object, seen: IncomingHttpHeaders[]): Promise<Server> {
  // What a product alone has an `extend schema` for is not executed here: a subgraph serves its rules as text.
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }])
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { query, variables } = JSON.parse(text) as {
      query: string
      variables?: Record<string, unknown>
    }
    if (!query.includes('_service')) seen.push(request.headers)
    const answer = await graphql({ schema, source: query, variableValues: variables ?? {} })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}
