// The gateway as a program: settings, one process or several, and a drain on SIGTERM or SIGINT.
import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { createLog } from '../platform/log.ts'
import { exitUnstarted, logProcess } from '../platform/process-log.ts'
import { SettingsError } from '../platform/settings.ts'
import { explainTakenPort } from '../platform/taken-port.ts'
import { type GatewayConfig, readGatewayConfig } from './config.ts'
import { createGateway } from './gateway.ts'
import { startWorkers } from './workers/primary.ts'
import { notifyPrimary } from './workers/worker.ts'

if (existsSync('.env')) process.loadEnvFile()
await main().catch((error: unknown) => exitUnstarted('gateway', error))

async function main(): Promise<void> {
  const config = readGatewayConfig()
  const logger = createLog({ part: 'gateway', level: config.logLevel })
  logProcess(logger)
  const run = config.workers > 1 && cluster.isPrimary ? runPrimary : runGateway
  await run(config, logger).catch((error: unknown) => {
    throw nameTakenPort(config, error)
  })
}

async function runGateway(config: GatewayConfig, logger: Logger): Promise<void> {
  const gateway = await createGateway(config, {
    logger,
    isWorker: cluster.isWorker,
    followsGraph: true,
  })
  endWith(gateway.stop, logger)
  notifyPrimary({ type: 'listens', adminUrl: gateway.adminUrl })
  await gateway.ready().catch((error: Error) => {
    logger.error(error.message)
    process.exit(1)
  })
  notifyPrimary({ type: 'ready' })
  logger.info('gateway is ready')
}

async function runPrimary(config: GatewayConfig, logger: Logger): Promise<void> {
  const workers = await startWorkers(config, {
    logger,
    onFailure: () => void workers.stop().finally(() => process.exit(1)),
  })
  endWith(workers.stop, logger)
}

/** Drains on a signal, once however many come: of a terminal every process gets one, and then one of the primary. */
function endWith(stop: () => Promise<void>, logger: Logger): void {
  let isEnding = false
  const end = (signal: string) => {
    if (isEnding) return
    isEnding = true
    logger.info({ signal }, 'gateway drains')
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'the gateway did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** A port that is taken is a wrong setting like any other. */
function nameTakenPort(
  { port: PORT, adminPort: ADMIN_PORT }: GatewayConfig,
  error: unknown,
): unknown {
  const said = explainTakenPort({ PORT, ADMIN_PORT }, error)
  return said === null ? error : new SettingsError('gateway', [said])
}
