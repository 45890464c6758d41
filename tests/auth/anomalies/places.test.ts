// The file that says where networks are: it is replaced while auth runs, as those who make one do every week.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createPlaces, type Places } from '../../../subgraphs/auth/anomalies/places.ts'
import { city, writeMmdb } from './mmdb.ts'

const ADDRESS = '198.51.100.7'
const folder = mkdtempSync(join(tmpdir(), 'places-'))
const file = join(folder, 'places.mmdb')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let said: string[]
let places: Places

const inCountry = (code: string) =>
  writeMmdb([{ network: '198.51.100.0/24', data: city(code, 1, 2) }])

/** A new file under the same name. */
function replace(content: Buffer | string): void {
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}

beforeEach(() => {
  replace(inCountry('PT'))
  said = []
  const log = pino({}, { write: (line: string) => said.push(JSON.parse(line).msg) })
  places = createPlaces(file, { log, checkMs: 20 })
})
afterEach(() => places.stop())

const country = () => places.find(ADDRESS)?.country

test('a newer file is read while everything runs', async () => {
  expect(country()).toBe('PT')
  replace(inCountry('JP'))
  await expect.poll(country).toBe('JP')
  expect(said).toEqual(['GEOIP_FILE was read anew'])
})

test('one that is broken, or gone, is told of, and the one before stays until the next', async () => {
  replace('not of this format')
  await expect.poll(() => said.length).toBe(1)
  expect(country()).toBe('PT')
  rmSync(file)
  await expect.poll(() => said.length).toBe(2)
  expect(country()).toBe('PT')
  expect(new Set(said)).toEqual(new Set(['GEOIP_FILE cannot be read: the one before stays in use']))
  replace(inCountry('DE'))
  await expect.poll(country).toBe('DE')
})

test('nothing is read once auth has stopped, and at the start a broken file stops it', async () => {
  places.stop()
  replace(inCountry('JP'))
  await new Promise((done) => setTimeout(done, 200))
  expect(country()).toBe('PT')
  replace('not of this format')
  const log = pino({ level: 'silent' })
  expect(() => createPlaces(file, { log })).toThrow()
})
