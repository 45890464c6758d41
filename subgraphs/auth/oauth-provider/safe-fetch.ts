// Addresses that apps registered are asked from here: of the public internet, without redirects, and briefly. What the lookup of a
// name finds is what is connected to.
import { isIP } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import type { AuthConfig } from '../config.ts'
import {
  createAddressCheck,
  createLookup,
  hostOf,
  PrivateAddressError,
} from '../core/allowed-address.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 64 * 1024

export function createSafeFetch({ webhooks }: Pick<AuthConfig, 'webhooks'>): typeof fetch {
  const isAllowed = createAddressCheck(webhooks.allow)
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS, lookup: createLookup(isAllowed, 'WEBHOOK_ALLOW') },
    maxResponseSize: MAX_BYTES,
    keepAliveTimeout: 1,
  })
  const safely = async (input: string, init: object = {}) => {
    const host = hostOf(new URL(input))
    // An address is not looked up, so that nothing else would look at it.
    if (isIP(host) !== 0 && !isAllowed(host)) throw new PrivateAddressError(host, 'WEBHOOK_ALLOW')
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return await undiciFetch(input, { ...init, redirect: 'manual', signal, dispatcher })
  }
  return safely as unknown as typeof fetch
}
