// The providers of this deployment, each with what its discovery document said. A provider that is away is asked again, and
// keeps nobody from the others.
import {
  allowInsecureRequests,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client'
import type { OutgoingFetch } from '../../core/outgoing-fetch.ts'
import { clientAuthFor } from './client-auth.ts'
import type { ProviderSettings } from './protocol.ts'

export interface Provider {
  readonly settings: ProviderSettings
  /** Its addresses and keys. @throws Error while it is away, or where its document is not right */
  configuration(): Promise<Configuration>
}

export interface Providers {
  /** In the order of PROVIDERS. */
  readonly all: readonly Provider[]
  find(id: string): Provider | null
}

interface ProvidersOptions {
  readonly fetch: OutgoingFetch
  /** Whether plain http is refused, which else is there for trying it out on one machine. */
  readonly isProduction: boolean
  readonly monotonic?: () => number
}

const TIMEOUT_SECONDS = 6
/** A provider that moves says so in its document a good while before. */
const KEEP_MS = 3_600_000

export function createProviders(
  settings: readonly ProviderSettings[],
  { fetch, isProduction, monotonic = () => performance.now() }: ProvidersOptions,
): Providers {
  const all = settings.map((own) => createProvider(own, { fetch, isProduction, monotonic }))
  return { all, find: (id) => all.find((provider) => provider.settings.id === id) ?? null }
}

function createProvider(
  settings: ProviderSettings,
  { fetch, isProduction, monotonic }: Required<ProvidersOptions>,
): Provider {
  let kept: Promise<Configuration> | null = null
  let askAgainAt = Number.NEGATIVE_INFINITY

  return {
    settings,
    configuration: async () => {
      if (kept !== null && monotonic() < askAgainAt) return await kept
      askAgainAt = monotonic() + KEEP_MS
      const asked = open(settings, { fetch, isProduction })
      kept = asked
      try {
        return await asked
      } catch (error) {
        if (kept === asked) kept = null
        throw error
      }
    },
  }
}

async function open(
  { protocol, clientId, authentication }: ProviderSettings,
  { fetch, isProduction }: Pick<ProvidersOptions, 'fetch' | 'isProduction'>,
): Promise<Configuration> {
  const auth = clientAuthFor(authentication)
  const execute = isProduction ? [] : [allowInsecureRequests]
  if (protocol.kind === 'oauth2') {
    const server: ServerMetadata = {
      issuer: protocol.issuer,
      authorization_endpoint: protocol.authorizationUrl,
      token_endpoint: protocol.tokenUrl,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }
    const configuration = new Configuration(server, clientId, {}, auth)
    configuration[customFetch] = fetch
    configuration.timeout = TIMEOUT_SECONDS
    for (const extension of execute) extension(configuration)
    return configuration
  }
  return await discovery(new URL(protocol.issuer), clientId, {}, auth, {
    [customFetch]: fetch,
    timeout: TIMEOUT_SECONDS,
    // By default an identity token that came over TLS is believed without its signature.
    execute: [...execute, enableNonRepudiationChecks],
  })
}
