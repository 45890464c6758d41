// Hashing gives way to the threads that answer, and is not starved by them (case 165). On a busy kernel: tests/long.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createThreadPriority } from '../../subgraphs/auth/factors/password/thread-priority.ts'

describe('a hashing thread', () => {
  const classes: string[] = []
  const start = () =>
    createThreadPriority(7, { setClass: (tid, name) => void classes.push(`${tid} ${name}`) })

  beforeEach(() => {
    classes.length = 0
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('stays behind all others while its hashes get on', () => {
    const priority = start()
    for (let hash = 0; hash < 3; hash += 1) {
      priority.begin()
      vi.advanceTimersByTime(900)
      priority.end()
    }
    expect(classes).toEqual(['7 idle'])
  })

  test('is put beside them for a minute when one does not', () => {
    const priority = start()
    priority.begin()
    vi.advanceTimersByTime(1001)
    priority.end()
    expect(classes).toEqual(['7 idle', '7 other'])
    vi.advanceTimersByTime(50_000)
    priority.begin()
    priority.end()
    expect(classes).toHaveLength(2)
    vi.advanceTimersByTime(10_001)
    priority.begin()
    priority.end()
    expect(classes).toEqual(['7 idle', '7 other', '7 idle'])
  })
})
