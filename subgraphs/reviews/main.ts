// The reviews subgraph as a process of its own: `npm run start:reviews`.
import { existsSync } from 'node:fs'
import { createLog } from '../../platform/log.ts'
import { exitUnstarted, logProcess } from '../../platform/process-log.ts'
import { explainTakenPort } from '../../platform/taken-port.ts'
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

function exit(error: unknown): never {
  const said = explainTakenPort({ REVIEWS_PORT: config.port }, error)
  exitUnstarted('reviews', said === null ? error : `The reviews subgraph cannot start:\n- ${said}`)
}
