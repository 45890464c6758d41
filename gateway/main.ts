// The gateway as a process of its own: settings, start, and a drain on SIGTERM or SIGINT.
import { existsSync } from 'node:fs'
import { ConfigError, type GatewayConfig, readGatewayConfig } from './config.ts'
import { createGateway } from './gateway.ts'
import { createLogger } from './log.ts'

if (existsSync('.env')) process.loadEnvFile()
await main()

async function main(): Promise<void> {
  const config = readConfigOrExit()
  const logger = createLogger(config.logLevel)
  const gateway = await createGateway(config, { logger })

  const stop = (signal: string) => {
    logger.info({ signal }, 'gateway drains')
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the gateway did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await gateway.ready().catch((error: Error) => {
    logger.error(error.message)
    process.exit(1)
  })
  logger.info('gateway is ready')
}

function readConfigOrExit(): GatewayConfig {
  try {
    return readGatewayConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
