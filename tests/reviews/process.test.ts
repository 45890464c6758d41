// Reviews as a process of its own on the embedded database: it survives kill -9, and never shares its folder.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { afterAll, beforeAll, expect, test } from 'vitest'

const signer = await createIdentitySigner({
  keys: { keys: [await generateIdentityKey()] },
  issuer: 'http://localhost:4000',
})
const origin = createServer((_, response) => response.end(JSON.stringify(signer.publicJwks)))
let dataDir = ''

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reviews-process-'))
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  origin.close()
  await rm(dataDir, { recursive: true, force: true })
})

test('an acknowledged review is there after kill -9, and a second process is refused meanwhile', async () => {
  const first = await start()
  const added =
    'mutation { addReview(input: { productId: "prd_ladder", rating: 5, body: "x" }) { id } }'
  const { addReview } = (await ask(first.url, added)) as { addReview: { id: string } }
  await expect(start()).rejects.toThrow(`in use by process ${first.child.pid}`)
  await end(first.child, 'SIGKILL')

  const second = await start()
  const mine = '{ product(id: "prd_ladder") { reviews(first: 1) { edges { node { id } } } } }'
  expect(await ask(second.url, mine)).toEqual({
    product: { reviews: { edges: [{ node: { id: addReview.id } }] } },
  })
  expect(await end(second.child, 'SIGTERM')).toBe(0)
}, 180_000)

async function ask(url: string, query: string): Promise<unknown> {
  const token = await signer.sign('reviews', { kind: 'user', sub: 'usr_1' })
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sallyport-identity': token },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

/** Resolves when it listens; throws what it wrote when it ends before that. */
async function start(): Promise<{ child: ChildProcess; url: string }> {
  const main = [
    '--import',
    './scripts/run-typescript.js',
    '--conditions=sallyport-source',
    'subgraphs/reviews/main.ts',
  ]
  const child = spawn(process.execPath, main, {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      REVIEWS_PORT: '0',
      IDENTITY_JWKS_URL: `http://127.0.0.1:${(origin.address() as AddressInfo).port}/`,
    },
  })
  let output = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const url = /"url":"([^"]+)"/.exec(output)?.[1]
      if (url) resolve({ child, url })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => reject(new Error(output)))
  })
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown> {
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = await exited
  return code
}
