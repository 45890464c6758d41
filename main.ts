// `npm start`: `sallyport dev` with the sample subgraph.
import { existsSync } from 'node:fs'
import { dev } from './scripts/graph/dev.ts'

if (existsSync('.env')) process.loadEnvFile()
await dev({ sample: true }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
