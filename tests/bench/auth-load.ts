// The questions under load: each turn is a whole exchange, and a wrong answer ends the benchmark.
import type { BenchApps } from './auth-apps.ts'
import { type CrowdSize, crowdApiKey, crowdSession, crowdUser, isSuspended } from './auth-crowd.ts'
import type { AuthDoor } from './auth-door.ts'
import { LOGIN, REFRESH } from './auth-walk.ts'
import { PASSWORD, SECRET } from './auth-world.ts'

export interface Question {
  readonly name: string
  readonly about: string
  /** Of the connections, so many take part: logins queue for threads. Default all. */
  readonly share?: number
  ask(): Promise<unknown>
}

export interface Answered {
  readonly count: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const ROTATING_SESSIONS = 2_000
const BUSY_KEYS = 64
const USED_BY_WALK = 2_000
/** A prime. */
const STRIDE = 7_919

export function createQuestions(
  door: AuthDoor,
  size: CrowdSize,
  apps: BenchApps,
): readonly Question[] {
  const ownerOf = (n: number) => (n % size.users) + 1
  const nextSession = numbers(size.sessions, ownerOf)
  const nextKey = numbers(size.apiKeys, ownerOf)
  const nextUser = numbers(size.users, (n) => n)
  const rotating = Array.from({ length: ROTATING_SESSIONS }, () => {
    return crowdSession(nextSession(), size).refreshToken
  })
  let busy = 0
  const askKey = (n: number) => {
    const { key } = crowdApiKey(n, size)
    return door.credentials({ type: 'api-key', key, secret: SECRET, address: '10.0.0.1' })
  }

  return [
    {
      name: 'refresh',
      about: `of ${ROTATING_SESSIONS} sessions, each with the successor that it got last`,
      ask: async () => {
        const refreshToken = rotating.shift()
        const { refresh } = await door.graphql({
          query: REFRESH,
          variables: { input: { refreshToken } },
        })
        rotating.push(refresh.tokens.refreshToken)
      },
    },
    {
      name: 'app, refresh',
      about: `of ${apps.refreshTokens.length} grants, with an access token and an identity token each time`,
      ask: async () => {
        const refresh_token = apps.refreshTokens.shift() ?? ''
        const answer = await door.token({ grant_type: 'refresh_token', refresh_token }, apps.app)
        apps.refreshTokens.push(answer.refresh_token)
      },
    },
    {
      name: 'program',
      about: 'client credentials, by a secret in the header',
      ask: () => door.token({ grant_type: 'client_credentials' }, apps.program),
    },
    {
      name: 'API key, cold',
      about: 'a key that nobody used for a minute, so that its last use is written',
      ask: () => askKey(nextKey()),
    },
    {
      name: 'API key, busy',
      about: `one of ${BUSY_KEYS}, as after a gateway lost its cache`,
      ask: () => askKey(1 + (busy++ % BUSY_KEYS)),
    },
    {
      name: 'live session',
      about: 'what the policy `live` asks of a session',
      ask: () => {
        const { id, userId } = crowdSession(nextSession(), size)
        const principal = { kind: 'user', sub: userId, sid: id, ver: 1 }
        return door.credentials({ type: 'live', principal })
      },
    },
    {
      name: 'login',
      about: 'with the right password, from a known device',
      share: 1 / 8,
      ask: async () => {
        const { email, deviceToken, address } = crowdUser(nextUser())
        const input = { email, password: PASSWORD, deviceToken }
        const { login } = await door.graphql({ query: LOGIN, variables: { input }, address })
        if (login.__typename !== 'SignedIn') throw new Error('a known device was asked for a code')
      },
    },
  ]
}

/** Asks over and over, on so many connections at a time. */
export async function askFor(
  { ask }: Question,
  { ms, connections }: { readonly ms: number; readonly connections: number },
): Promise<Answered> {
  const latencies: number[] = []
  const startedAt = performance.now()
  const keepAsking = async () => {
    for (let now = startedAt; now < startedAt + ms; ) {
      const before = now
      await ask()
      now = performance.now()
      latencies.push(now - before)
    }
  }
  await Promise.all(Array.from({ length: connections }, keepAsking))
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort((one, other) => one - other)
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return { count: latencies.length, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

/** Numbers far apart in the tables, none twice, none that the walk has used and none of somebody suspended. */
function numbers(count: number, ownerOf: (n: number) => number): () => number {
  let turn = 0
  return () => {
    for (;;) {
      const n = USED_BY_WALK + ((turn++ * STRIDE) % (count - USED_BY_WALK))
      if (!isSuspended(ownerOf(n))) return n
    }
  }
}
