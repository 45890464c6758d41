import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ENGINE_FLAGS, withEngineFlags } from '../../scripts/graph/with-engine-flags.ts'

const SALLYPORT = [
  '--conditions=sallyport-source',
  '--import',
  './scripts/run-typescript.js',
  'scripts/sallyport.ts',
]

test('the command line with the flags keeps all that was given', () => {
  const started = {
    execPath: '/usr/bin/node',
    execArgv: ['--enable-source-maps'],
    argv: ['/usr/bin/node', '/app/sallyport.js', 'start', 'gateway'],
    env: {},
  }
  expect(withEngineFlags(started)).toEqual([
    '/usr/bin/node',
    ...ENGINE_FLAGS,
    '--enable-source-maps',
    '/app/sallyport.js',
    'start',
    'gateway',
  ])
})

test.each([
  [['--max-semi-space-size=64'], {}],
  [['--max_semi_space_size=64'], {}],
  [[], { NODE_OPTIONS: '--max-old-space-size=512 --max-semi-space-size=16' }],
])('whoever sets the size keeps it: %j %j', (execArgv, env) => {
  expect(withEngineFlags({ execPath: 'node', execArgv, argv: ['node', 'x'], env })).toBeNull()
})

test('`sallyport start gateway` runs with the flags where Node can begin again, and reads the same settings', () => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [...SALLYPORT, 'start', 'gateway'],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        NODE_OPTIONS: `--import=data:text/javascript,console.error('begins',...process.execArgv)`,
      },
    },
  )
  const begins = stderr.split('\n').filter((line) => line.startsWith('begins'))
  const isAble = 'execve' in process
  expect(begins).toHaveLength(isAble ? 2 : 1)
  expect(ENGINE_FLAGS.every((flag) => begins.at(-1)?.includes(flag))).toBe(isAble)
  expect(status).toBe(1)
  expect(stdout + stderr).toContain('PUBLIC_URL')
})
