// The reviews subgraph as a process of its own: `npm run start:reviews`.
import { existsSync } from 'node:fs'
import pino from 'pino'
import { type ReviewsConfig, readReviewsConfig } from './config.ts'
import { createReviews } from './server.ts'

if (existsSync('.env')) process.loadEnvFile('.env')

const config = readConfigOrExit()
const logger = pino({ name: 'reviews', level: config.logLevel })
const reviews = await createReviews({ config, logger }).catch(exitIfPortIsTaken)

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

function readConfigOrExit(): ReviewsConfig {
  try {
    return readReviewsConfig()
  } catch (error) {
    // Where settings are read, every error is written for whoever sets them.
    exit(error instanceof Error ? error.message : String(error))
  }
}

function exitIfPortIsTaken(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  if (error.code !== 'EADDRINUSE' || error.port !== config.port) throw error
  exit(
    `The reviews subgraph cannot start:\n- REVIEWS_PORT: ${config.port} is taken by another process`,
  )
}

function exit(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}
