// Runs the auth subgraph as a process of its own.
import { existsSync } from 'node:fs'
import { createAuth } from './auth.ts'
import { readAuthConfig } from './config.ts'
import { withDevelopmentSecrets } from './development-secrets.ts'

if (existsSync('.env')) process.loadEnvFile()
const auth = await createAuth(readAuthConfig(withDevelopmentSecrets(process.env)))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void auth.stop().then(() => process.exit(0))
  })
}
