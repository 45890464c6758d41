// The reviews subgraph as a process of its own: `npm run start:reviews`.
import { existsSync } from 'node:fs'
import { createLog } from '../../platform/log.ts'
import { exitUnstarted, logProcess } from '../../platform/process-log.ts'
import { type ReviewsConfig, readReviewsConfig } from './config.ts'
import { createReviews } from './server.ts'

if (existsSync('.env')) process.loadEnvFile('.env')

const config = readConfigOrExit()
const logger = createLog({ part: 'reviews', level: config.logLevel })
logProcess(logger)
const reviews = await createReviews({ config, logger }).catch(exit)

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
    // Where settings are read, every error is written for anyone who sets them.
    exitUnstarted('reviews', error instanceof Error ? error.message : String(error))
  }
}

function exit(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  const isPortTaken = error.code === 'EADDRINUSE' && error.port === config.port
  const taken = `The reviews subgraph cannot start:\n- REVIEWS_PORT: ${config.port} is taken by another process`
  exitUnstarted('reviews', isPortTaken ? taken : error)
}
