// WEBHOOK_*: who is told of events, and where they may be.
import { type EventType, eventTypes } from '../core/events/types.ts'
import { readWebhookTargets } from '../webhooks/targets.ts'
import type { Read } from './shape.ts'

/** Private networks are in reach outside production alone. */
export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1']

export function webhooksOf(env: Read) {
  return readWebhookTargets({
    urls: env.WEBHOOK_URLS,
    secrets: env.WEBHOOK_SECRETS,
    types: env.WEBHOOK_TYPES,
    allow: webhookNetworks(env),
    isProduction: env.NODE_ENV === 'production',
    knownTypes: Object.keys(eventTypes) as EventType[],
  })
}

export function webhookNetworks({ WEBHOOK_ALLOW, NODE_ENV }: Read): readonly string[] {
  return WEBHOOK_ALLOW ?? (NODE_ENV === 'production' ? [] : LOOPBACK)
}
