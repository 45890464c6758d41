import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)

// No database, no process of its own, nothing that outlives a test: these share one copy of the modules instead of
// loading it for each file. Whatever is not listed gets a process and a database of its own.
const pure = [
  'tests/{docs,engines,networks,proofs,regular-expressions,settings,versions}.test.ts',
  'tests/claims/{claims,directives,jwks,jwt,open,predicates,rules,sign,starting,vectors}.test.ts',
  'tests/clients/docs.test.ts',
  'tests/auth/{hash-admission,start,thread-priority}.test.ts',
  'tests/reviews/config.test.ts',
  'tests/gateway/{write-batching,errors,identity,limits,planner-fields,rules,denied-fields,schema-check,tails,admission,utf8}.test.ts',
  'tests/gateway/engine/**/*.test.ts',
]

const never = ['tests/bench/**', 'tests/long/**', '**/node_modules/**']

export default defineConfig({
  resolve: {
    // Two copies of graphql in one process break schemas ("another realm"): every import gets this file.
    alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }],
    conditions: ['sallyport-source'],
  },
  ssr: { resolve: { conditions: ['sallyport-source', 'node'] } },
  test: {
    maxWorkers: 2,
    // Two passes run side by side on two cores: a test that hangs is found all the same.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: pure,
          exclude: never,
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: ['tests/**/*.test.ts'],
          exclude: [
            ...never,
            ...pure,
            // Races, crashes and faults need several connections: PGlite has one. `.ci/run` runs them on PostgreSQL.
            ...(process.env.DATABASE_URL ? [] : ['tests/postgres/**']),
          ],
          globalSetup: ['tests/global-setup.ts'],
          pool: 'forks',
        },
      },
    ],
  },
})
