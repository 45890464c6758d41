// Runs the auth subgraph as a process of its own.
import { existsSync } from 'node:fs'
import { createAuth } from './auth.ts'
import { type AuthConfig, readAuthConfig } from './config.ts'
import { withDevelopmentSecrets } from './development-secrets.ts'

if (existsSync('.env')) process.loadEnvFile()
const config = readConfigOrExit()
const auth = await createAuth(config).catch(exitIfPortIsTaken)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void auth.stop().then(() => process.exit(0))
  })
}

function readConfigOrExit(): AuthConfig {
  try {
    return readAuthConfig(withDevelopmentSecrets(process.env))
  } catch (error) {
    // Where settings are read, every error is written for whoever sets them.
    exit(error instanceof Error ? error.message : String(error))
  }
}

function exitIfPortIsTaken(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  if (error.code !== 'EADDRINUSE' || error.port !== config.port) throw error
  exit(`The auth subgraph cannot start:\n- AUTH_PORT: ${config.port} is taken by another process`)
}

function exit(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}
