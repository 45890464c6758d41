import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const require = createRequire(import.meta.url)

// A module holds no state, and nothing happens when it is loaded: a worker loads the modules once for all of its files. What a
// file starts, it stops.

// No database, no server, nothing that outlives a test.
const pure = [
  'tests/{docs,engines,networks,patience,proofs,regular-expressions,settings,versions,workflows}.test.ts',
  'tests/claims/{claims,directives,jwks,jwt,open,predicates,rules,sign,starting,vectors}.test.ts',
  'tests/access/*.test.ts',
  'tests/clients/docs.test.ts',
  'tests/auth/{hash-admission,start,thread-priority}.test.ts',
  'tests/platform/{import-module,time}.test.ts',
  'tests/reviews/config.test.ts',
  'tests/gateway/{write-batching,errors,identity,limits,planner-fields,rules,denied-fields,schema-check,slices,tails,admission,utf8}.test.ts',
  'tests/gateway/engine/**/*.test.ts',
  'tests/gateway/joining/**/*.test.ts',
]

// Servers and processes, but no database: `.ci/run` has them once, on the Node of the image.
const servers = [
  'tests/{embedded-template,hostile-texts,installed,start-settings,stop-server,terminal-stream}.test.ts',
  // That one takes a function away from Node for good: it has a process of its own.
  'tests/claims/!(shield).test.ts',
  // That one reads two others once more, in another world: it has a process of its own as well.
  'tests/gateway/**/!(through-apollo-server).test.ts',
  'tests/docs/{architecture,coverage,descriptions,failing-subgraphs,rate-limits,words}.test.ts',
  'tests/auth/{count-keys,deadline,layers,mail-preview,mail-texts,password-policy,passwords}.test.ts',
  'tests/operator/{arguments,init,start,subgraph-check,subgraphs,systemd}.test.ts',
  'tests/deploy/{chart,compose}.test.ts',
  'tests/platform/log-buffer.test.ts',
  'tests/reviews/{date-time,process}.test.ts',
]

// Auth and reviews in the test's own process, each file on a database of its own.
const auth = ['tests/{auth,reviews}/**/*.test.ts']

// What people see and type: browsers, clients, examples of the docs, dashboards, `npm start`. They ask auth what tests of auth ask as well, so
// `.ci/run` has them once, on the embedded database and the Node of the image.
const people = [
  'tests/{pages,clients,docs,deploy}/**/*.test.ts',
  'tests/start.test.ts',
  'tests/claims/shield.test.ts',
  'tests/platform/log.test.ts',
  'tests/gateway/through-apollo-server.test.ts',
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
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // Some four thousand tests on two cores that do three other things: what a neighbour disturbed is tried once more, and the
    // report says so. What fails twice is wrong.
    retry: 1,
    isolate: false,
    projects: [
      { extends: true, test: { name: 'pure', include: pure, exclude: never, pool: 'threads' } },
      {
        extends: true,
        test: { name: 'servers', include: servers, exclude: [...never, ...pure], pool: 'forks' },
      },
      {
        extends: true,
        test: {
          name: 'auth',
          include: auth,
          exclude: [...never, ...pure, ...servers],
          globalSetup: ['tests/global-setup.ts'],
          pool: 'forks',
        },
      },
      {
        extends: true,
        test: {
          name: 'people',
          include: people,
          exclude: [...never, ...pure, ...servers],
          globalSetup: ['tests/global-setup.ts'],
          pool: 'forks',
          // One takes a function away from Node for good.
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['tests/**/*.test.ts'],
          exclude: [
            ...never,
            ...pure,
            ...servers,
            ...auth,
            ...people,
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
