// What an operator said of the graph, and which of two such words is the later one.
import { z } from 'zod'

/** `accept`: this change may be served. `back`: this version, and no other until somebody accepts one. */
export interface Decision {
  /** The later one counts. Milliseconds since the epoch, or one more than the one before. */
  readonly number: number
  readonly kind: 'accept' | 'back'
  /** Of the change, or of the version. */
  readonly id: string
  readonly by: string
  /** Of what accepting it opens to everybody, as it was shown; see `digestOfOpened`. Empty: nothing. */
  readonly opens: string
}

/** As it is kept. */
export const decisionSchema = z.object({
  number: z.number(),
  kind: z.enum(['accept', 'back']),
  id: z.string(),
  by: z.string(),
  // Of before there was such a list.
  opens: z.string().default(''),
})

/** Two operators at two gateways may decide in one millisecond: every gateway has to take the same of both for the later one. */
export function isLater(one: Decision, other: Decision | null): boolean {
  if (other === null) return true
  if (one.number !== other.number) return one.number > other.number
  return textOf(one) > textOf(other)
}

function textOf({ kind, id, by, opens }: Decision): string {
  return JSON.stringify([kind, id, by, opens])
}
