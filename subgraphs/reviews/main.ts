// The reviews subgraph as a process of its own: `npm run start:reviews`.
import { existsSync } from 'node:fs'
import pino from 'pino'
import { readReviewsConfig } from './config.ts'
import { createReviews } from './server.ts'

if (existsSync('.env')) process.loadEnvFile('.env')

const config = readReviewsConfig()
const logger = pino({ name: 'reviews', level: config.logLevel })
const reviews = await createReviews({ config, logger })

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    logger.info({ signal }, 'stopping')
    reviews.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.fatal({ err }, 'stopped with an error')
        process.exit(1)
      },
    )
  })
}
