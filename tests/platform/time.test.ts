// Times as text: what no calendar or clock has is refused, and never read as another moment.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDay, parseTime } from '../../platform/time.ts'

const two = (number: number) => String(number).padStart(2, '0')

test('every moment reads as itself, in every spelling', () => {
  const when = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30') })
  fc.assert(
    fc.property(
      when.filter((date) => !Number.isNaN(date.getTime())),
      fc.integer({ min: -1439, max: 1439 }),
      (date, minutes) => {
        expect(parseTime(date.toISOString())).toEqual(date)
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
        const offset = `${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
        expect(parseTime(`${local}${minutes < 0 ? '-' : '+'}${offset}`)).toEqual(date)
        const day = date.toISOString().slice(0, 10)
        expect(parseDay(day)).toEqual(new Date(`${day}T00:00:00.000Z`))
      },
    ),
  )
})

test('a day is taken exactly where its month has it', () => {
  const lengths = (year: number) => [
    31,
    year % 4 ? 28 : year % 100 ? 29 : year % 400 ? 28 : 29,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ]
  for (const year of [1900, 2000, 2023, 2024, 2100]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const text = `${year}-${two(month)}-${two(day)}`
        const isThere = day >= 1 && day <= (lengths(year)[month - 1] ?? 0)
        expect(parseDay(text) !== null, text).toBe(isThere)
        expect(parseTime(`${text}T23:59:59Z`) !== null, text).toBe(isThere)
      }
    }
  }
})

test.each([
  ...[
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:60Z',
    '2026-01-31T12:00:00+24:00',
  ],
  ...[
    '2026-01-31T12:00:00+05:60',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-01-31T12Z',
    '20260131T120000Z',
  ],
  ...[
    '1',
    '0',
    '2026',
    '2026-1-31',
    'Feb 30 2030',
    'yesterday',
    '+002026-01-31',
    '-2026-01-31',
    '2026-01-31\n',
    ' 2026-01-31',
    '',
  ],
])('%j is neither a time nor a day', (text) => {
  expect([parseTime(text), parseDay(text)]).toEqual([null, null])
})
