// The signature of Standard Webhooks: HMAC-SHA256 over id, time of this attempt and body (https://www.standardwebhooks.com).
import { createHmac } from 'node:crypto'
import type { Secret } from '../../../platform/secret.ts'

export interface WebhookMessage {
  readonly id: string
  /** Unix time in seconds: a receiver refuses what is old, so that a message that somebody kept is not taken again. */
  readonly timestamp: number
  readonly body: string
}

/** One signature for each secret, the first of the settings first. */
export function signWebhook(
  { id, timestamp, body }: WebhookMessage,
  secrets: readonly Secret<Buffer>[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret.release()).update(`${id}.${timestamp}.${body}`)
    return `v1,${hmac.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
