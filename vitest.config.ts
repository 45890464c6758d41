import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)

export default defineConfig({
  resolve: {
    // Two copies of graphql in one process break schemas ("another realm"): every import gets this file.
    alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }],
    conditions: ['sallyport-source'],
  },
  ssr: { resolve: { conditions: ['sallyport-source', 'node'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    // Races, crashes and faults need several connections: PGlite has one. `.ci/run` runs them on PostgreSQL.
    exclude: [
      'tests/bench/**',
      'tests/long/**',
      'node_modules/**',
      ...(process.env.DATABASE_URL ? [] : ['tests/postgres/**']),
    ],
    globalSetup: ['tests/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
