// A line that is put together by hand is the line that the log would have written.
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createLog, type Log } from '../../platform/log.ts'
import { createLineWriter } from '../../platform/log-line.ts'

const members = '"requestId":"r1","rootFields":["me"],"ms":1.5'
const fields = { requestId: 'r1', rootFields: ['me'], ms: 1.5 }

function lines() {
  const all: string[] = []
  return {
    destination: { write: (line: string) => all.push(line) },
    read: () => all.map((line) => JSON.parse(line) as Record<string, unknown>),
    all,
  }
}

test('it has the fields of the log, and those of a child', () => {
  const { destination, read, all } = lines()
  const log = createLog({ part: 'gateway', level: 'info', destination })
  createLineWriter(log, 'request')(members)
  createLineWriter(log.child({ worker: 2 }), 'request')(members)
  log.info(fields, 'request')
  const [own, ofChild, usual] = read()
  expect(own).toEqual({ ...usual, time: expect.any(Number) })
  expect(ofChild).toMatchObject({ part: 'gateway', worker: 2, ...fields })
  expect(all.every((line) => line.endsWith('}\n'))).toBe(true)
})

test('a log that wants less gets nothing', () => {
  const { destination, all } = lines()
  const log = createLog({ part: 'gateway', level: 'warn', destination })
  createLineWriter(log, 'request')(members)
  expect(all).toEqual([])
})

test('a team’s own log writes it as it writes all others', () => {
  const { destination, read } = lines()
  const own = pino({ mixin: () => ({ team: 'shop' }) }, destination)
  createLineWriter(own, 'request')(members)
  expect(read()).toMatchObject([{ team: 'shop', msg: 'request', ...fields }])
  const told: unknown[][] = []
  const plain = { info: (...args: unknown[]) => void told.push(args) } as unknown as Log
  createLineWriter(plain, 'request')(members)
  expect(told).toEqual([[fields, 'request']])
})
