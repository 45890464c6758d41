// `limits:` of supergraph.yaml: how often somebody may ask, all in all or for one root field.
import { z } from 'zod'

/** Whose requests are counted together. */
export const COUNTED_BY = ['address', 'principal', 'key'] as const
export type CountedBy = (typeof COUNTED_BY)[number]

export interface RateLimit {
  /**
   * `address`: a network address (IPv6: its /64). `principal`: a person with all their sessions and keys, or a client;
   * whoever is not signed in counts by address. `key`: an API key; nobody else is counted.
   */
  readonly by: CountedBy
  /** A root field such as `Mutation.login`, each alias of which counts; null: every request. */
  readonly field: string | null
  /** In a window. */
  readonly max: number
  readonly windowSeconds: number
  /** A limit that an API key has of its own: of its requests, or of what they cost. */
  readonly ofKey?: 'requests' | 'cost'
}

/** Whatever is longer is a quota, and wants a durable count; and a timer of Node that is longer than 24.8 days is over at once. */
const LONGEST_SECONDS = 24 * 24 * 60 * 60

export const maxSchema = z.number().int().min(1).max(1_000_000_000)
export const windowSchema = z.number().int().min(1).max(LONGEST_SECONDS)

const limitSchema = z
  .strictObject({
    by: z.enum(COUNTED_BY),
    field: z
      .string()
      .regex(/^(Query|Mutation)\.[_A-Za-z]\w*$/, 'must be a root field such as Mutation.login')
      .optional(),
    max: maxSchema,
    windowSeconds: windowSchema,
  })
  .transform(({ field = null, ...limit }): RateLimit => Object.freeze({ ...limit, field }))

export const rateLimitsSchema = z.array(limitSchema).max(200)
