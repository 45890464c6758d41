// An instance as a process of its own that is killed at the worst moment: the target has taken the event, the queue does not know.
import pino from 'pino'
import { Secret } from '../../platform/secret.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { startWebhooks } from '../../subgraphs/auth/webhooks/deliver.ts'

let isStarted = false
const db = new Proxy(connectPostgres(process.env.DATABASE_URL ?? '', 2).db, {
  get: (real, name) => {
    // Once the targets are known, the next transaction is the one that writes down what was taken.
    if (name === 'transaction' && isStarted) process.kill(process.pid, 'SIGKILL')
    return Reflect.get(real, name) as unknown
  },
})
const secret = Buffer.from((process.env.SECRET ?? '').replace('whsec_', ''), 'base64')
await startWebhooks({
  db,
  log: pino({ level: 'silent' }),
  source: 'http://localhost:4000',
  targets: [
    {
      name: 'billing',
      url: new URL(process.env.TARGET ?? ''),
      secrets: [new Secret(secret)],
      types: null,
    },
  ],
  allow: ['127.0.0.1'],
})
isStarted = true
