// A time that no calendar has is bad input in this subgraph too, whichever field is the first to take one.
import { parseValue } from 'graphql'
import { expect, test } from 'vitest'
import { DateTime } from '../../subgraphs/reviews/date-time.ts'

test.each([
  '2030-02-30T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '2030-04-31T00:00:00+02:00',
  '2030-01-01T24:00:00Z',
  '2030-01-01',
  'tomorrow',
  1_900_000_000_000,
  null,
])('%s is refused, as a variable and as a literal', (value) => {
  const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })
  expect(() => DateTime.parseValue(value)).toThrow(refusal)
  expect(() => DateTime.parseLiteral(parseValue(JSON.stringify(value)))).toThrow(refusal)
})

test('others are taken', () => {
  expect(DateTime.parseValue('2032-02-29T01:00:00+01:00')).toEqual(new Date('2032-02-29T00:00:00Z'))
  expect(DateTime.parseLiteral(parseValue('"2032-02-29T00:00:00Z"'))).toEqual(
    new Date('2032-02-29T00:00:00Z'),
  )
})
