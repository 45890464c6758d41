// Auth as a process of its own: what it says when it cannot start, or not yet.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../free-ports.ts'
import { startPart } from '../postgres/processes.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-auth-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const password = randomBytes(8).toString('hex')

test.each([
  [`postgresql://auth:${password}@no-such-host.invalid/auth`, /no-such-host\.invalid/],
  [`postgresql://auth:${password}@localhost:9/auth`, /ECONNREFUSED \S+:9/],
])(
  'a database that cannot be reached is waited for, and the log says which and why',
  async (DATABASE_URL, cause) => {
    const port = await freePort()
    const env = { DATA_DIR: dataDir, DATABASE_URL, AUTH_PORT: String(port) }
    const auth = await startPart('subgraphs/auth', env, port)
    try {
      await expect.poll(auth.output).toMatch(/"level":40.*waiting for it/)
      expect(auth.output()).toMatch(cause)
      expect(auth.output()).not.toContain(password)
      expect((await fetch(`${auth.url}/health/ready`)).status).toBe(503)
    } finally {
      await auth.end('SIGKILL')
    }
  },
)
