// Anyone who accepts a change has been shown all that it does, and accepts that and nothing else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchText } from '../../../gateway/supergraph/composition/fetch-sdl.ts'
import {
  type Changing,
  LIVE,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from './changing-graph.ts'

const PATIENT = { timeout: 40_000, interval: 200 }
const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-accepting-'))
const MORE = LIVE.replace('secret: String @authenticated', 'secret: String @public deals: [String]')

let sources: Sources
let gateway: Changing
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources, {
    graphDir,
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'supergraph.yaml'),
        yamlOf(sources).replace('live: {', 'live: { access: public,'),
      ),
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
  rmSync(graphDir, { recursive: true, force: true })
})

const heldReasons = async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons)
const accept = async (id = '') => await gateway.command({ command: 'accept', id, by: 'ada' })
const OPENS = 'opens to everybody: live Query.deals'

test('what a change opens to everybody stands among its reasons', async () => {
  sources.texts.live = MORE
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringContaining('somebody gains access: Query.secret'), OPENS])
})

test('fifteen digits of an id are not enough', async () => {
  const [change] = (await gateway.status()).held
  const refused = await accept(change?.id.slice(0, 15))
  expect([refused.status, refused.body.error]).toEqual([
    409,
    expect.stringContaining('give 16 digits'),
  ])
})

test('a decision about a shorter list opens nothing of a longer one', async () => {
  const [change] = (await gateway.status()).held
  // As a worker has it that showed somebody less.
  const decision = { number: Date.now(), kind: 'accept', id: change?.id, by: 'eve', opens: '' }
  writeFileSync(join(graphDir, 'decision.json'), JSON.stringify(decision))
  await expect.poll(async () => (await gateway.status()).version?.by, PATIENT).toBe('eve')
  expect(await gateway.dataOf('{ secret }')).toEqual({ secret: 'hush' })
  expect(await gateway.statusOf('{ deals }')).not.toBe(200)
  expect(await heldReasons()).toEqual([OPENS])
})

test('accepting opens what was shown, and a gateway that starts again keeps it open', async () => {
  const [change] = (await gateway.status()).held
  expect((await accept(change?.id.slice(0, 16))).status).toBe(200)
  expect(await gateway.dataOf('{ deals }')).toEqual({ deals: ['half'] })
  expect(await heldReasons()).toEqual([])
  const history = JSON.parse(readFileSync(join(graphDir, 'history.json'), 'utf8'))
  expect(history.opened).toContain('live Query.deals')
})

test('while a version is pinned, what comes is judged all the same, and shown with its reasons', async () => {
  await gateway.command({ command: 'back', id: null, by: 'bob' })
  const pin = expect.stringContaining('an operator went back')
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([pin, expect.stringContaining('somebody gains access: Query.secret')])
  sources.texts.live = 'type Query {'
  await expect.poll(async () => (await heldReasons()).join(), PATIENT).toContain('Syntax Error')
  const [change] = (await gateway.status()).held
  expect((await accept(change?.id)).body.error).toContain('is broken')
  expect((await gateway.status()).isPinned).toBe(true)
})

test('an address is told without what may be a secret in it', async () => {
  const refused = await fetchText('http://u:S3CRET@127.0.0.1:1/live?token=S3CRET#S3CRET', {
    etag: null,
  }).catch((error: Error) => error.message)
  expect(refused).toMatch(/^http:\/\/127\.0\.0\.1:1\/live cannot be reached/)
})
