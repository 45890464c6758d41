// `sallyport subgraphs` as operators type it, against a gateway that runs: what is served, accept, back.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examplesOf } from '../docs/examples.ts'
import {
  type Changing,
  LIVE,
  type Sources,
  startChanging,
  startSources,
} from '../gateway/changes/changing-graph.ts'
import { sallyport } from './sallyport.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const typed = examplesOf('docs/changing-graph.md')
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split('\n'))

let sources: Sources
let gateway: Changing
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
})

/** As in the page, with an id of this gateway. */
async function run(command: string, id = '') {
  const [, , ...args] = command.replace(/[0-9a-f]{16}/, id).split(' ')
  const { config, gateway: running } = gateway
  return await sallyport(args, {
    IDENTITY_KEYS: JSON.stringify(config.identityKeys?.release()),
    PUBLIC_URL: config.publicUrl,
    ADMIN_PORT: new URL(running.adminUrl).port,
  })
}

test('the commands of the page say what is served and held, accept it, and go back', async () => {
  const [show = '', accept = '', back = ''] = typed
  sources.texts.live = LIVE.replace('secret: String @authenticated', 'secret: String @public')
  await expect.poll(async () => (await gateway.status()).held.length, PATIENT).toBe(1)
  const shown = await run(show)
  expect(shown.stdout).toMatch(/^Served: [0-9a-f]{16}, since /)
  const [, id = ''] = /Held: ([0-9a-f]{16}), .*waits to be accepted/.exec(shown.stdout) ?? []
  expect(shown.stdout).toContain('somebody gains access: Query.secret')
  expect(shown.stdout).toMatch(/^ {2}live {2}url, said so at /m)
  expect((await run(accept, id)).stdout).toBe(`${id} is served.\n`)
  expect(await gateway.statusOf('{ secret }')).toBe(200)
  const gone = await run(back)
  expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining('Changes are held until')])
  expect(await gateway.statusOf('{ secret }')).toBe(401)
  expect((await run(show)).stdout).toContain('pinned')
  const usage = typed.find((line) => line.includes(' usage ')) ?? ''
  const asked = await run(usage.replace('Product.stock', 'Product.cost'))
  expect([asked.code, asked.stdout]).toEqual([0, 'Nobody asked for Product.cost.\n'])
  // What is misspelt does not look as if it could be removed.
  const misspelt = await run(usage)
  const said = 'The graph that is served has no field Product.stock.\n'
  expect([misspelt.code, misspelt.stdout]).toEqual([1, said])
})

test('what cannot be done is said, with exit code 1', async () => {
  const unknown = await run('npx sallyport subgraphs accept 0000000000000000', '0'.repeat(16))
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('is held')])
  const keys = { IDENTITY_KEYS: JSON.stringify(gateway.config.identityKeys?.release()) }
  const nobody = await sallyport(['subgraphs', '--gateway', 'http://127.0.0.1:1'], keys)
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('No gateway answers')])
  const url = gateway.gateway.adminUrl
  // The public listener, or one of `sallyport dev`.
  const wrong = ['--gateway', gateway.gateway.url]
  for (const args of [['subgraphs'], ['usage', '--field', 'Query.a']]) {
    const { code, stderr } = await sallyport([...args, ...wrong], keys)
    expect([code, stderr]).toEqual([1, expect.stringContaining('admin listener (ADMIN_PORT)')])
  }
  const other = { IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }) }
  const stranger = await sallyport(['subgraphs', '--gateway', url], other)
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('IDENTITY_KEYS')])
  // A key that is made for the question no gateway knows: none is made.
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-elsewhere-'))
  const elsewhere = await sallyport(['subgraphs', '--gateway', url], {}, folder)
  expect([elsewhere.code, elsewhere.stderr]).toEqual([
    1,
    expect.stringContaining('run it where the gateway'),
  ])
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})
