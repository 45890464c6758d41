// A subgraph says where it is, to the gateways that may have it: signed with its own key, and again and again while it runs.
import { importJWK, type JWK, SignJWT } from 'jose'

export interface AnnounceOptions {
  /** The subgraph's name in `supergraph.yaml`. */
  readonly subgraph: string
  /** Where gateways reach it: it has to fit `announce.address` there. */
  readonly address: string
  /** The gateway's `PUBLIC_URL`: whom the announcement is for. */
  readonly audience: string
  /** Admin listeners of gateways, such as `http://gateway:9090`. One is enough where they share NATS. */
  readonly gateways: readonly string[]
  /** Private ES256 key with a `kid`; `supergraph.yaml` names its public part. */
  readonly key: JWK
  /** Default 20. An announcement holds three times as long. */
  readonly everySeconds?: number
  /** Told when a gateway does not take it. Default: nothing. */
  readonly onRefused?: (gateway: string, reason: string) => void
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

export interface Announcing {
  /** Says that it leaves, so that nobody is sent there any more. */
  stop(): Promise<void>
}

const TIMEOUT_MS = 5_000

/** Announces at once, and until `stop()`. A gateway that is away is told when it is back. */
export async function announce(options: AnnounceOptions): Promise<Announcing> {
  const { subgraph, address, audience, gateways, key, everySeconds = 20, onRefused } = options
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 40)
    throw new RangeError('everySeconds is a whole number from 1 to 40')
  const signingKey = await importJWK(key, 'ES256')
  const send = options.fetch ?? fetch

  async function sign(state: 'up' | 'leaving'): Promise<string> {
    const iat = Math.floor(Date.now() / 1000)
    const claims = {
      iss: subgraph,
      aud: audience,
      iat,
      exp: iat + 3 * everySeconds,
      address,
      state,
    }
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'subgraph-announcement+jwt', kid: String(key.kid) })
      .sign(signingKey)
  }

  async function tell(state: 'up' | 'leaving'): Promise<void> {
    const body = await sign(state)
    await Promise.all(gateways.map((gateway) => post(gateway, body)))
  }

  async function post(gateway: string, body: string): Promise<void> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const url = `${gateway.replace(/\/$/, '')}/announcements`
      const { ok, status } = await send(url, { method: 'POST', body, signal, redirect: 'error' })
      if (!ok) onRefused?.(gateway, `it answers ${status}`)
    } catch (error) {
      onRefused?.(gateway, error instanceof Error ? error.message : String(error))
    }
  }

  await tell('up')
  const timer = setInterval(() => void tell('up'), everySeconds * 1000)
  timer.unref?.()
  return {
    async stop() {
      clearInterval(timer)
      await tell('leaving')
    },
  }
}
