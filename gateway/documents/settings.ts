// `documents:` of supergraph.yaml: which documents may be asked with, and whether a hash may stand for one.
import { z } from 'zod'

export type TrustMode = 'off' | 'audit' | 'enforce'

export interface DocumentsSettings {
  /** `enforce`: documents of the manifest alone; `audit`: others are told in log and metric, and pass. Default: `off`. */
  readonly mode: TrustMode
  /** File beside the YAML; null: there is none. */
  readonly manifest: string | null
  /** Automatic persisted queries: what a client sent once may come as its hash. Null: off. */
  readonly automatic: AutomaticSettings | null
}

export interface AutomaticSettings {
  /** Kept in one gateway. Default: 2000. */
  readonly max: number
  /** How long one that nobody asks for is kept in Redis. Default: a day. */
  readonly ttlSeconds: number
}

const automaticSchema = z.strictObject({
  max: z.number().int().min(1).max(1_000_000).default(2000),
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(366 * 24 * 60 * 60)
    .default(24 * 60 * 60),
})

export const documentsSchema = z
  .strictObject({
    mode: z.enum(['off', 'audit', 'enforce']).default('off'),
    manifest: z.string().min(1).optional(),
    automatic: automaticSchema.optional(),
  })
  .refine(({ mode, manifest }) => mode === 'off' || manifest !== undefined, {
    path: ['manifest'],
    message: 'goes together with mode: audit or enforce',
  })
  .refine(({ mode, automatic }) => mode !== 'enforce' || automatic === undefined, {
    path: ['automatic'],
    message: 'would let any client add documents: it cannot stand beside mode: enforce',
  })
  .transform(
    ({ mode, manifest = null, automatic = null }): DocumentsSettings =>
      Object.freeze({ mode, manifest, automatic }),
  )
