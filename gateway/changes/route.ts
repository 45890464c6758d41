// `/graph` of the admin listener: what `sallyport subgraphs` asks and says. The port is private, and that is not enough: whoever
// changes the graph shows a token that one of IDENTITY_KEYS has signed, as a gateway shows auth.
import type { IncomingMessage } from 'node:http'
import { createIdentityReader, IdentityError } from '@sallyport/claims'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { readBody } from '../http/body.ts'
import type { PageRoute, PlainAnswer } from '../http/route.ts'
import type { GraphChanges } from './changes.ts'
import { ChangeRefused } from './status.ts'

/** Whom such a token is for. */
export const GRAPH_AUDIENCE = 'gateway'

const command = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('accept'), id: z.string().max(64), by: z.string().max(200) }),
  z.strictObject({
    command: z.literal('back'),
    id: z.string().max(64).nullable(),
    by: z.string().max(200),
  }),
])

export interface GraphRouteOptions {
  readonly changes: GraphChanges
  readonly issuer: string
  readonly jwks: JSONWebKeySet
  readonly now: () => number
}

const MAX_BYTES = 4096

export function createGraphRoute({ changes, issuer, jwks, now }: GraphRouteOptions): PageRoute {
  const options = { subgraph: GRAPH_AUDIENCE, issuer, jwks, now, header: 'authorization' } as const
  const reader = createIdentityReader(options)

  async function mayChange({ headers }: IncomingMessage): Promise<boolean> {
    try {
      return (await reader.read(headers)).kind === 'gateway'
    } catch (error) {
      if (error instanceof IdentityError) return false
      throw error
    }
  }

  return {
    kind: 'page',
    show: async (incoming) =>
      (await mayChange(incoming)) ? answer(200, changes.status()) : unauthenticated(),
    async act(incoming) {
      if (!(await mayChange(incoming))) return unauthenticated()
      const asked = command.safeParse(parse(await readBody(incoming, MAX_BYTES)))
      if (!asked.success) return answer(400, { error: 'This is not a command.' })
      const { data } = asked
      try {
        const said =
          data.command === 'accept'
            ? await changes.accept(data.id, data.by)
            : await changes.back(data.id, data.by)
        return answer(200, { said })
      } catch (error) {
        if (error instanceof ChangeRefused) return answer(409, { error: error.message })
        throw error
      }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function unauthenticated(): PlainAnswer {
  return answer(401, {
    error: 'This gateway has other IDENTITY_KEYS or another PUBLIC_URL than the command.',
  })
}

function answer(status: number, body: unknown): PlainAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
