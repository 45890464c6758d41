// A relay as a process of its own that is killed at the worst moment: NATS has stored the event, the outbox does not know.
import { connectNats } from '@sallyport/claims/nats'
import pino from 'pino'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { createNatsPublisher } from '../../subgraphs/auth/events/nats-publisher.ts'
import { startEventRelay } from '../../subgraphs/auth/events/relay.ts'

const log = pino({ level: 'silent' })
const { db } = connectPostgres(process.env.DATABASE_URL ?? '', 2)
const nats = connectNats({ url: process.env.NATS_URL ?? '', name: 'relay-that-dies', log })
const publisher = createNatsPublisher(nats, { retentionDays: 1 })
startEventRelay({
  db,
  log,
  source: 'http://localhost:4000',
  publisher: {
    isReady: publisher.isReady,
    publish: async (event, messageId) => {
      await publisher.publish(event, messageId)
      process.kill(process.pid, 'SIGKILL')
    },
  },
})
