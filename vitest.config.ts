import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)

export default defineConfig({
  resolve: {
    // Two copies of graphql in one process break schemas ("another realm"): every import gets this file.
    alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }],
    conditions: ['sallyport-source'],
  },
  ssr: { resolve: { conditions: ['sallyport-source', 'node', 'import'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
