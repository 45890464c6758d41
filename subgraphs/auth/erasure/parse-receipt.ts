// A receipt as it comes over NATS, from a subgraph that may be anybody's.
import { EventError } from '@sallyport/claims/events'
import { z } from 'zod'
import type { ReceivedReceipt } from './record-receipt.ts'

const count = z.number().int().min(0).max(2_147_483_647)

/** Printed as schema/events/erasure-receipt.v1.json. */
export const receiptMessage = z.object({
  eventId: z.uuid().describe('The id of the event user.erasure.requested that this answers.'),
  erased: count.describe('Records of the person that were removed.'),
  anonymised: count.describe('Records that were kept without the person.'),
})

/**
 * @param subject `sallyport.receipts.<subgraph>`: NATS lets each subgraph write to its own
 * @throws EventError
 */
export function parseReceipt(body: string, subject: string): ReceivedReceipt {
  const parsed = receiptMessage.safeParse(jsonOf(body))
  const subgraph = subject.split('.').at(-1)
  if (!parsed.success || !subgraph) throw new EventError('this is not a receipt')
  const { eventId, erased, anonymised } = parsed.data
  return { eventId, subgraph, receipt: { erased, anonymised } }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
