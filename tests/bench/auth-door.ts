// Asks auth as a gateway does: over pooled connections, with an identity token and what gateways tell of the client.
import type { ClaimsPayload } from '@sallyport/claims'
import { Pool } from 'undici'
import type { AuthWorld } from './auth-world.ts'

export interface AuthDoor {
  /** A GraphQL operation of a client. @throws Error when the answer has errors */
  graphql(operation: ClientOperation): Promise<any>
  /** A question of the gateway's own. */
  credentials(question: object): Promise<any>
  /** A program's question at `/oauth2/token`. */
  token(fields: Readonly<Record<string, string>>, authorization: string): Promise<any>
  /** Listens to the revocation feed until told to stop. */
  listen(): Promise<{ stop(): Promise<void> }>
  stop(): Promise<void>
}

export interface ClientOperation {
  readonly query: string
  readonly variables?: object
  /** Default: anonymous. */
  readonly as?: ClaimsPayload
  /** Where the client is. */
  readonly address?: string
  /** Default false: an error of the answer is thrown. */
  readonly mayFail?: boolean
}

export function createAuthDoor(url: string, world: AuthWorld, connections: number): AuthDoor {
  const pool = new Pool(url, { connections, pipelining: 1 })

  async function post(path: string, payload: ClaimsPayload, body: object, address?: string) {
    const { statusCode, body: answer } = await pool.request({
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sallyport-identity': await world.identity(payload),
        'sallyport-client-address': address ?? '10.9.9.9',
        'sallyport-client-user-agent': 'Bench/1.0',
        'sallyport-client-cookies': 'unused',
      },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (statusCode !== 200) throw new Error(`auth answered ${statusCode}: ${text}`)
    return JSON.parse(text)
  }

  return {
    async graphql({ query, variables = {}, as = { kind: 'anonymous' }, address, mayFail = false }) {
      const { data, errors } = await post('/graphql', as, { query, variables }, address)
      if (errors !== undefined && !mayFail) throw new Error(JSON.stringify(errors))
      return data
    },
    async credentials(question) {
      const answer = await post('/internal/credentials', { kind: 'gateway' }, question)
      if (answer.refused !== undefined) throw new Error(JSON.stringify(answer))
      return answer
    },
    async token(fields, authorization) {
      const { statusCode, body } = await pool.request({
        path: '/oauth2/token',
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization,
          'sallyport-identity': await world.identity({ kind: 'anonymous' }),
          'sallyport-client-address': '10.9.9.9',
        },
        body: new URLSearchParams(fields).toString(),
      })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`auth answered ${statusCode}: ${text}`)
      return JSON.parse(text)
    },
    async listen() {
      const { body } = await pool.request({
        path: '/internal/revocations',
        method: 'GET',
        headers: { 'sallyport-identity': await world.identity({ kind: 'gateway' }) },
        bodyTimeout: 0,
      })
      body.on('error', () => undefined).resume()
      return { stop: async () => void body.destroy() }
    },
    stop: () => pool.destroy(),
  }
}
