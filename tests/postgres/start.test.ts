// `npm start` with DATABASE_URL: every part on one PostgreSQL, and what was written is there after kill -9.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../client.ts'
import { createTestDatabase } from '../database.ts'
import { freePorts } from '../free-ports.ts'
import { PASSWORD, REGISTER, refreshWith, VERIFY } from '../people.ts'
import { waitUntilReady } from './processes.ts'

test('with DATABASE_URL all of it runs on PostgreSQL, and survives kill -9', async () => {
  const database = await createTestDatabase('empty')
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-start-'))
  onTestFinished(async () => {
    rmSync(dataDir, { recursive: true, force: true })
    await database.drop()
  })
  const [port = 0, auth, reviews, admin] = await freePorts(4)
  const url = `http://127.0.0.1:${port}`
  const client = createClient(url)

  async function start() {
    const printed: string[] = []
    const args = [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      'main.ts',
    ]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH ?? '',
        DATABASE_URL: database.url ?? '',
        DATA_DIR: dataDir,
        PORT: String(port),
        AUTH_PORT: String(auth),
        REVIEWS_PORT: String(reviews),
        ADMIN_PORT: String(admin),
      },
    })
    const exited = once(child, 'exit')
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await exited
    })
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
    await waitUntilReady(url)
    return {
      code: () => /code: (\d{8})/.exec(printed.join(''))?.[1],
      kill: async () => {
        child.kill('SIGKILL')
        await exited
      },
    }
  }

  const first = await start()
  const begun = await client.send(REGISTER, {
    input: { email: 'ada@example.com', password: PASSWORD },
  })
  await expect.poll(first.code, { timeout: 30_000 }).toBeDefined()
  const input = { verificationId: begun.data.register.verification.id, code: first.code() }
  const { tokens } = (await client.send(VERIFY, { input })).data.verifySession
  await first.kill()

  const second = await start()
  expect((await refreshWith(client, tokens.refreshToken)).errors).toEqual([])
  const products = await client.send('{ products(first: 2) { edges { node { name } } } }')
  expect(products.data.products.edges).toHaveLength(2)
  await second.kill()
})
