// A subgraph `orders` of which instances come and go, each at an address of its own: 127.0.0.2, 127.0.0.3 and so on.
import { createServer } from 'node:http'
import { announce } from '@sallyport/claims/announce'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { buildSchema, graphql } from 'graphql'
import { freePort } from '../../free-ports.ts'
import { closeServer, header } from '../graph-fixture.ts'

const SDL = `${header} type Query { orders: String @public }`
/** Of a client's request, which passes it on: at which gateway it asks. */
export const ASKED_AT = 'x-asked-at'
const schema = buildSchema('type Query { orders: String }')

export interface AnnouncedOptions {
  readonly audience: string
  /** Admin listener of one gateway: the others hear of it over NATS. */
  readonly gateway: string
}

export interface Instance {
  /** Requests that it has answered, of those that came by one gateway. */
  askedAt(gateway: string): number
  /** Says that it leaves; it still answers. */
  leave(): Promise<void>
  /** It is gone without a word, and whoever is connected with it: what it announced runs out. */
  kill(): Promise<void>
}

export async function createAnnounced() {
  const port = await freePort()
  const key = await generateIdentityKey()
  const { d, ...publicKey } = key
  let last = 1

  return {
    /** The entry of supergraph.yaml. */
    entry: `orders: ${JSON.stringify({
      announce: { keys: [publicKey], address: `http://127.0.0.*:${port}/graphql` },
      mayDeclarePublic: true,
      forwardHeaders: [ASKED_AT],
    })}`,

    async come({ audience, gateway }: AnnouncedOptions): Promise<Instance> {
      last = last === 250 ? 2 : last + 1
      const host = `127.0.0.${last}`
      const counts = new Map<string, number>()
      let isDead = false
      const server = createServer(async (request, response) => {
        let text = ''
        for await (const chunk of request) text += String(chunk)
        const { query } = JSON.parse(text) as { query: string }
        const answer = query.includes('_service')
          ? { data: { _service: { sdl: SDL } } }
          : await graphql({ schema, source: query, rootValue: { orders: 'three' } })
        const at = String(request.headers[ASKED_AT])
        counts.set(at, (counts.get(at) ?? 0) + 1)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(answer))
      })
      await new Promise<void>((resolve) => server.listen(port, host, resolve))
      const announcing = await announce({
        subgraph: 'orders',
        address: `http://${host}:${port}/graphql`,
        audience,
        gateways: [gateway],
        key,
        everySeconds: 2,
        fetch: async (...args) => {
          if (isDead) throw new Error('it is gone')
          return await fetch(...args)
        },
      })
      return {
        askedAt: (gateway) => counts.get(gateway) ?? 0,
        leave: () => announcing.stop(),
        async kill() {
          isDead = true
          await announcing.stop()
          await closeServer(server)
        },
      }
    },
  }
}
