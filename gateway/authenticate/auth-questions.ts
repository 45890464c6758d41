// The questions a gateway asks the auth subgraph itself, over its internal API.
import type { Dispatcher } from 'undici'

export interface AuthQuestions {
  /** What does this API key stand for, used from this address? */
  apiKey(question: { key: string; secret: string; address: string }): Promise<Answer>
  /** What does this principal stand for at this very moment? */
  live(principal: LivePrincipal): Promise<Answer>
  /** Which of these credentials are no longer good? */
  check(question: CheckQuestion): Promise<CheckAnswer>
  /** How people sign in here. */
  waysIn(): Promise<WaysIn>
  /** The endless feed of revocations, as bytes. */
  openFeed(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

/** What a sign-in page may offer, as auth is set. */
export interface WaysIn {
  readonly password: boolean
  readonly emailCode: boolean
  readonly passkey: boolean
  readonly providers: readonly { readonly id: string; readonly name: string }[]
  /** Who may make an account by themselves. */
  readonly registration: (typeof REGISTRATION_MODES)[number]
}

const REGISTRATION_MODES = ['open', 'invite', 'domains', 'closed'] as const

export type LivePrincipal =
  | { kind: 'user'; sub: string; sid: string; ver: number }
  | { kind: 'api-key'; sub: string; key_id: string }

export interface CheckQuestion {
  readonly sessions: readonly { sid: string; sub: string; ver: number }[]
  readonly apiKeys: readonly string[]
}

export interface CheckAnswer {
  readonly revokedSessions: readonly string[]
  readonly staleSessions: readonly string[]
  readonly revokedApiKeys: readonly string[]
}

/** A principal as auth describes it, not yet read, or auth's reason to refuse. */
export type Answer = { readonly principal: Record<string, unknown> } | { readonly refused: string }

/** Auth did not answer, or not in a way that can be relied on. */
export class AuthUnavailable extends Error {
  override readonly name = 'AuthUnavailable'
}

export interface AuthQuestionsOptions {
  /** Where auth listens, without a path. */
  readonly origin: string
  readonly dispatcher: Dispatcher
  /** An identity token of kind `gateway` for auth. */
  gatewayToken(): Promise<string>
  /** Default 3000. */
  readonly timeoutMs?: number
}

interface Asked {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly body?: string
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024

/** Asks auth over HTTP; every failure is an `AuthUnavailable`. */
export function createAuthQuestions(options: AuthQuestionsOptions): AuthQuestions {
  const { origin, dispatcher, timeoutMs = 3000 } = options

  async function ask(question: Record<string, unknown>): Promise<Record<string, unknown>> {
    return await read({
      path: '/internal/credentials',
      method: 'POST',
      body: JSON.stringify(question),
    })
  }

  async function read(asked: Asked): Promise<Record<string, unknown>> {
    try {
      const { statusCode, body } = await dispatcher.request({
        origin,
        ...asked,
        headers: {
          ...(asked.method === 'POST' && { 'content-type': 'application/json' }),
          'sallyport-identity': await options.gatewayToken(),
        },
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await readText(body)
      if (statusCode !== 200) throw unexpectedStatus(statusCode)
      return asObject(JSON.parse(text))
    } catch (cause) {
      if (cause instanceof AuthUnavailable) throw cause
      throw new AuthUnavailable('auth did not answer', { cause })
    }
  }

  return {
    apiKey: async (question) => readAnswer(await ask({ type: 'api-key', ...question })),
    live: async (principal) => readAnswer(await ask({ type: 'live', principal })),
    async check(question) {
      const answer = await ask({ type: 'check', ...question })
      return {
        revokedSessions: texts(answer.revokedSessions),
        staleSessions: texts(answer.staleSessions),
        revokedApiKeys: texts(answer.revokedApiKeys),
      }
    },
    waysIn: async () => readWaysIn(await read({ path: '/internal/ways-in', method: 'GET' })),
    async openFeed(signal) {
      const { statusCode, body } = await dispatcher.request({
        origin,
        path: '/internal/revocations',
        method: 'GET',
        headers: { 'sallyport-identity': await options.gatewayToken() },
        headersTimeout: timeoutMs,
        bodyTimeout: 0,
        signal,
      })
      if (statusCode === 200) return body
      body.on('error', () => undefined).destroy()
      throw unexpectedStatus(statusCode)
    },
  }
}

/** Auth does not know the credential of a gateway whose settings are not its own: waiting does not help. */
function unexpectedStatus(status: number): AuthUnavailable {
  if (status !== 401) return new AuthUnavailable(`auth answered ${status}`)
  return new AuthUnavailable(
    'auth refuses the identity token of this gateway: PUBLIC_URL must be the same here and there, the IDENTITY_JWKS_URL of auth must lead to gateways, and all gateways need the same IDENTITY_KEYS',
  )
}

function readAnswer(answer: Record<string, unknown>): Answer {
  if (typeof answer.refused === 'string') return { refused: answer.refused }
  return { principal: asObject(answer.principal) }
}

/** Key by key: what else auth may say one day is not for strangers because of that. */
function readWaysIn(answer: Record<string, unknown>): WaysIn {
  const registration = REGISTRATION_MODES.find((mode) => mode === answer.registration)
  if (registration === undefined || !Array.isArray(answer.providers))
    throw new AuthUnavailable('auth answered something other than its ways in')
  return {
    password: answer.password === true,
    emailCode: answer.emailCode === true,
    passkey: answer.passkey === true,
    providers: answer.providers.map(asObject).map(({ id, name }) => ({
      id: String(id),
      name: String(name),
    })),
    registration,
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new AuthUnavailable('auth answered something other than an object')
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new AuthUnavailable('auth answered something other than a list of ids')
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > MAX_ANSWER_BYTES) throw new AuthUnavailable('the answer of auth is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
