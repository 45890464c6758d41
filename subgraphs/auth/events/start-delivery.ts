// Connects the outbox to the world: NATS where it is configured, else the consumers of this process, else nobody. Webhooks come beside
// or instead of them, from a queue of their own.
import type { EventConsumer } from '@sallyport/claims/events'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { AuthConfig } from '../config.ts'
import { parseReceipt } from '../erasure/parse-receipt.ts'
import { recordReceipt } from '../erasure/record-receipt.ts'
import { startWebhooks } from '../webhooks/deliver.ts'
import { forgetEvents } from './forget.ts'
import { createInProcessPublisher } from './in-process-publisher.ts'
import { startEventRelay } from './relay.ts'

interface DeliveryDeps {
  readonly db: Knex
  readonly config: AuthConfig
  readonly log: Logger
  readonly consumers: readonly EventConsumer[]
  /** Who has to be told of an erasure. */
  readonly participants: readonly string[]
}

interface Delivery {
  /** Whether there is anybody who takes events: else none of them is late. */
  readonly hasTakers: boolean
  stop(): Promise<void>
}

const FORGET_MS = 60_000

/** Without a place to go to, events wait in the outbox until there is one, or until they are too old. */
export async function startEventDelivery(deps: DeliveryDeps): Promise<Delivery> {
  const { db, config, log, consumers, participants } = deps
  const { webhooks, publicUrl: source } = config
  const hasWebhooks = webhooks.targets.length > 0
  const isDelivered = config.nats !== null || consumers.length > 0 || hasWebhooks
  const sending = await startWebhooks({ db, log, source, ...webhooks })
  const delivery = isDelivered ? await deliver(deps) : null
  if (!isDelivered) log.info('events stay in the outbox: no NATS_URL, and nobody here takes them')
  const unreachable = participants.filter((name) => consumers.every((taker) => taker.name !== name))
  if (config.nats === null && unreachable.length > 0)
    log.warn({ subgraphs: unreachable }, 'erasures will wait for these subgraphs: set NATS_URL')
  const timer = setInterval(() => {
    forgetEvents(db, { retentionDays: config.eventsRetentionDays, isDelivered }).catch(
      (error: unknown) => log.warn({ err: error }, 'old events could not be removed'),
    )
  }, FORGET_MS)
  timer.unref()
  return {
    hasTakers: isDelivered,
    stop: async () => {
      clearInterval(timer)
      await sending.stop()
      await delivery?.stop()
    },
  }
}

async function deliver(deps: DeliveryDeps): Promise<Pick<Delivery, 'stop'>> {
  if (deps.config.nats !== null) return await deliverToNats(deps, deps.config.nats)
  const publisher = createInProcessPublisher(deps.consumers, async (answer) => {
    await recordReceipt(deps, answer)
  })
  return startEventRelay({ ...deps, publisher, source: deps.config.publicUrl })
}

/** Only who has NATS loads what speaks to it. */
async function deliverToNats(
  { db, config, log }: DeliveryDeps,
  { url, credentialsFile }: { readonly url: string; readonly credentialsFile: string | null },
): Promise<Pick<Delivery, 'stop'>> {
  const { connectNats, RECEIPT_STREAM } = await import('@sallyport/claims/nats')
  const { createNatsPublisher } = await import('./nats-publisher.ts')
  const nats = connectNats({ url, credentialsFile, name: 'sallyport-auth', log })
  const publisher = createNatsPublisher(nats, { retentionDays: config.eventsRetentionDays })
  const relay = startEventRelay({ db, log, publisher, source: config.publicUrl })
  const receipts = nats.consume({
    stream: RECEIPT_STREAM.name,
    created: { ...RECEIPT_STREAM, maxAgeDays: config.eventsRetentionDays },
    durable: 'auth',
    handle: async (body, subject) => await recordReceipt({ db, log }, parseReceipt(body, subject)),
  })
  return {
    stop: async () => {
      await relay.stop()
      await receipts.stop()
      await nats.stop()
    },
  }
}
