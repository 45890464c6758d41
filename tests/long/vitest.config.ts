// What takes minutes or counts samples: by hand and on a schedule, `npm run test:long`, never in `npm test`.
import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'
import { createLastPassed } from './last-passed.ts'

const { projects: _, ...test } = base.test ?? {}

export default mergeConfig(
  { ...base, test },
  defineConfig({
    test: {
      include: ['tests/long/**/*.test.ts'],
      globalSetup: ['tests/global-setup.ts'],
      pool: 'forks',
      // What one leaves in memory is not what the next one measures.
      isolate: true,
      reporters: ['default', createLastPassed()],
      // One at a time: they measure, and they take all that the machine has.
      fileParallelism: false,
      retry: 0,
      testTimeout: 60 * 60_000,
      hookTimeout: 5 * 60_000,
    },
  }),
)
