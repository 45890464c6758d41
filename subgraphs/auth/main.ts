// Runs the auth subgraph as a process of its own.
import { existsSync } from 'node:fs'
import { createLog } from '../../platform/log.ts'
import { exitUnstarted, logProcess } from '../../platform/process-log.ts'
import { explainTakenPort } from '../../platform/taken-port.ts'
import { createAuth } from './auth.ts'
import { type AuthConfig, readAuthConfig } from './config.ts'
import { withDevelopmentSecrets } from './development-secrets.ts'

if (existsSync('.env')) process.loadEnvFile()
const config = readConfigOrExit()
const log = createLog({ part: 'auth', level: config.logLevel })
logProcess(log)
const auth = await createAuth(config, { log }).catch(exit)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'stopping')
    auth.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        log.fatal({ err }, 'stopped with an error')
        process.exit(1)
      },
    )
  })
}

function readConfigOrExit(): AuthConfig {
  try {
    return readAuthConfig(withDevelopmentSecrets(process.env))
  } catch (error) {
    // Where settings are read, every error is written for anyone who sets them.
    exitUnstarted('auth', error instanceof Error ? error.message : String(error))
  }
}

function exit(error: unknown): never {
  const said = explainTakenPort(
    { AUTH_PORT: config.port, AUTH_ADMIN_PORT: config.admin?.port },
    error,
  )
  exitUnstarted('auth', said === null ? error : `The auth subgraph cannot start:\n- ${said}`)
}
