// Where a gateway keeps what it knows of its graph: its folder, and NATS KV where there is NATS.
import type { JSONWebKeySet } from 'jose'
import type { Log } from '../../platform/log.ts'
import type { GatewayConfig } from '../config.ts'
import type { Bucket } from './bucket.ts'
import { createSharedStore } from './shared-store.ts'
import { createSignedDecisions } from './signed-decision.ts'
import { createGraphStore, type GraphStore } from './store.ts'

export interface OpenStore {
  readonly store: GraphStore
  /** Null: gateways share nothing. */
  readonly bucket: Bucket | null
  stop(): Promise<void>
}

export interface OpenStoreOptions {
  readonly config: Pick<GatewayConfig, 'graph' | 'nats' | 'publicUrl'>
  /** Private ones. */
  readonly keys: JSONWebKeySet
  readonly publicKeys: JSONWebKeySet
  readonly now: () => number
  readonly logger: Log
}

/** Returns at once: NATS may come later. */
export async function openStore(options: OpenStoreOptions): Promise<OpenStore> {
  const { config, logger } = options
  const store = createGraphStore({ folder: config.graph.dir, logger })
  if (config.nats === null) return { store, bucket: null, stop: async () => {} }
  // Only who has NATS loads what speaks to it.
  const [{ connectNats }, { createBucket }] = await Promise.all([
    import('@sallyport/claims/nats'),
    import('./bucket.ts'),
  ])
  const nats = connectNats({ ...config.nats, name: 'sallyport-gateway', log: logger })
  const bucket = createBucket(nats)
  const signed = await createSignedDecisions({ ...options, issuer: config.publicUrl })
  return { store: createSharedStore({ store, bucket, signed, logger }), bucket, stop: nats.stop }
}
