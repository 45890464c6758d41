// Whole requests, head and body, made before the load begins wherever their variables allow.
import { randomInt } from 'node:crypto'
import type { BenchUser } from './auth.ts'
import { asNew, type BenchCase } from './cases.ts'
import type { CredentialKind } from './contestants.ts'

/** The nth request. */
export type RequestSource = (turn: number) => Buffer

export interface RequestOptions {
  readonly operation: BenchCase
  readonly credential: CredentialKind
  /** Taken in rotation. */
  readonly users: readonly BenchUser[]
  readonly publicUrl: string
  /** Number of the first document of another shape. Default: any. */
  readonly firstShape?: number
}

export function createRequests(options: RequestOptions): RequestSource {
  const { operation, users } = options
  const { variables, query } = operation
  const heads = users.map((user) => headOf(options, user))
  const headOfTurn = (turn: number) => heads[turn % heads.length] ?? ''
  const { shape } = operation
  if (shape !== undefined) {
    const { firstShape = randomInt(2 ** 31) } = options
    return (turn) => wholeOf(headOfTurn(turn), JSON.stringify({ query: shape(firstShape + turn) }))
  }
  if (operation.isNew === true) {
    return (turn) => wholeOf(headOfTurn(turn), JSON.stringify({ query: asNew(query) }))
  }
  if (variables !== undefined) {
    return (turn) =>
      wholeOf(headOfTurn(turn), JSON.stringify({ query, variables: variables(turn) }))
  }
  const body = JSON.stringify({ query })
  const requests = heads.map((head) => wholeOf(head, body))
  return (turn) => requests[turn % requests.length] ?? Buffer.alloc(0)
}

function wholeOf(head: string, body: string): Buffer {
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function headOf({ credential, publicUrl, operation }: RequestOptions, user: BenchUser): string {
  const headers: Record<string, string> = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    accept: 'application/json',
    // In production Sallyport takes credentials over HTTPS alone; here its proxy is this program.
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.7',
  }
  if (credential === 'bearer') headers.authorization = `Bearer ${user.bearer}`
  if (credential === 'api-key') {
    headers['x-api-key'] = user.key
    headers['x-api-secret'] = user.secret
  }
  if (credential === 'cookie') {
    headers.cookie = `__Host-access=${user.cookie}; theme=dark`
    headers.origin = publicUrl
    if (operation.isMutation) headers['x-csrf-token'] = user.csrf
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}`
}
