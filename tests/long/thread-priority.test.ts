// A hash gets on while others keep all cores busy, whatever this process may do to its threads (case 165).
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'

const DROP = ['setpriv', '--bounding-set=-sys_nice']
/** Root may: anyone who is not keeps the rights that they have. */
const withoutRight = spawnSync('setpriv', [...DROP.slice(1), 'true']).status === 0 ? DROP : []
const callers = {
  'as this process is': [],
  'without the right to come back': withoutRight,
  'without chrt': ['env', 'PATH=/nonexistent'],
  'at a nice value of its own': [...withoutRight, 'nice', '-n', '6'],
}

// In a process of its own: how many threads stand back (field 41 of proc(5)'s stat; SCHED_IDLE is 5), then a hash when told.
const HASHING = `(async () => {
  const { readdirSync, readFileSync } = require('node:fs')
  const { createHashThreads } = await import('./subgraphs/auth/factors/password/hash-threads.ts')
  const { mayLeaveIdleClass } = await import('./subgraphs/auth/factors/password/thread-priority.ts')
  const logged = []
  const threads = createHashThreads({ threads: 1, log: { info: (text) => logged.push(text) } })
  await threads.hash('a password', 4)
  const mayLeave = await mayLeaveIdleClass()
  const idleThreads = () => readdirSync('/proc/self/task').filter((tid) => {
    const stat = readFileSync('/proc/self/task/' + tid + '/stat', 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38] === '5'
  })
  while (logged.length === 0 && idleThreads().length === 0) {
    await new Promise((done) => setTimeout(done, 50))
  }
  const idle = idleThreads().length
  console.log(JSON.stringify({ mayLeave, idle, logged: logged.length }))
  process.stdin.once('data', async () => {
    await threads.hash('a password', 12)
    process.exit()
  })
})()`

describe('on this kernel, which is Linux', () => {
  test.each(Object.entries(callers))(
    '%s, a hash gets on while others keep all cores busy',
    async (name, prefix) => {
      const isRoot = process.getuid?.() === 0
      const [command = '', ...args] = [...prefix, process.execPath]
      const flags = ['--import', 'tsx', '--conditions=sallyport-source']
      const child = spawn(command, [...args, ...flags, '-e', HASHING], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const exit = once(child, 'exit')
      const loops: ChildProcess[] = []
      try {
        const [line] = (await once(child.stdout, 'data')) as [Buffer]
        const { mayLeave, idle, logged } = JSON.parse(line.toString())
        expect([idle, logged]).toEqual(mayLeave ? [1, 0] : [0, 1])
        if (isRoot && name !== 'as this process is') expect(mayLeave).toBe(false)

        for (let core = 0; core < availableParallelism(); core += 1) {
          loops.push(spawn('sh', ['-c', 'while :; do :; done']))
        }
        const start = performance.now()
        child.stdin.write('hash\n')
        expect(await exit).toEqual([0, null])
        // Among two loops at the weight of SCHED_IDLE it takes more than a minute.
        expect(performance.now() - start).toBeLessThan(30_000)
      } finally {
        for (const process of [...loops, child]) process.kill('SIGKILL')
      }
    },
    60_000,
  )
})
