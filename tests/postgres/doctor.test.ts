// What `doctor` finds when something is wrong: each check by itself, and as the command that a script runs.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { parseVersionedSecret, VersionedSecret } from '../../subgraphs/auth/core/secret.ts'
import { observeDatabase } from '../../subgraphs/auth/operator/doctor/database.ts'
import { observeDisk } from '../../subgraphs/auth/operator/doctor/disk.ts'
import { type DoctorDeps, examine } from '../../subgraphs/auth/operator/doctor/examine.ts'
import type { Finding } from '../../subgraphs/auth/operator/doctor/finding.ts'
import { sallyport } from '../operator/sallyport.ts'
import { registerPerson } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'

let deployment: Deployment
let deps: DoctorDeps
let wrongServer: Server

beforeAll(async () => {
  deployment = await startDeployment({ pairs: 1 })
  await registerPerson({ client: deployment.client(0), mailbox: deployment.mailbox })
  deps = { db: deployment.db, config: readAuthConfig(deployment.env) }
  wrongServer = createServer((_, response) => response.end('hello'))
  await once(wrongServer.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  wrongServer?.close()
  await deployment?.stop()
})

const otherSecret = (version: number): VersionedSecret => {
  const random = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7 + version))
  const parsed = parseVersionedSecret('SECRET', `${version}:${random.toString('base64')}`)
  if (!(parsed instanceof VersionedSecret)) throw new Error(parsed)
  return parsed
}
const withConfig = (changed: object): DoctorDeps => ({
  ...deps,
  config: Object.freeze({ ...deps.config, ...changed }),
})
const withSecrets = (changed: object): DoctorDeps =>
  withConfig({ secrets: { ...deps.config.secrets, ...changed } })
async function findingsOf(check: string, given: DoctorDeps = deps): Promise<Finding[]> {
  return (await examine(given)).filter((finding) => finding.check === check)
}
const only = (check: string, state: string, said: RegExp) =>
  expect.objectContaining({ check, state, said: expect.stringMatching(said) })

test('where all is well every check says so', async () => {
  const findings = await examine(deps)
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([])
  expect([...new Set(findings.map(({ check }) => check))].toSorted()).toEqual([
    'address',
    'audit',
    'clocks',
    'database',
    'disk',
    'erasures',
    'events',
    'keys',
    'mail',
    'proxies',
    'redis',
  ])
})

test('a transaction that stays open is found', async () => {
  const trx = await deployment.db.transaction()
  await trx.raw('select 1')
  const found = await observeDatabase(deps, 0).finally(() => trx.rollback())
  expect(found).toContainEqual({
    state: 'warning',
    said: expect.stringMatching(/a transaction has been open for \d+ s/),
  })
})

describe('keys', () => {
  test('a signing key that KEY_ENCRYPTION_KEY does not decrypt is found', async () => {
    const found = await findingsOf('keys', withSecrets({ keyEncryptionKey: otherSecret(1) }))
    expect(found).toContainEqual(only('keys', 'failed', /KEY_ENCRYPTION_KEY, version 1: no token/))
  })

  test('one that has signed for too long is found', async () => {
    const found = await findingsOf('keys', withConfig({ signingKeyDays: 0 }))
    expect(found).toContainEqual(only('keys', 'warning', /should have rotated/))
  })

  test('a version of a secret that is still in use, and was removed from the settings, is found', async () => {
    const found = await findingsOf('keys', withSecrets({ passwordPepper: otherSecret(2) }))
    expect(found).toContainEqual(
      only('keys', 'warning', /^PASSWORD_PEPPER: 1 passwords need version 1, which is not in/),
    )
  })

  test('keys of gateways that are something else are found, and those that are out of reach are told', async () => {
    const url = `http://127.0.0.1:${(wrongServer.address() as AddressInfo).port}/`
    const wrong = await findingsOf('keys', withConfig({ identityJwksUrl: url }))
    expect(wrong).toContainEqual(only('keys', 'failed', /IDENTITY_JWKS_URL answers without keys/))
    const nobody = { identityJwksUrl: 'http://127.0.0.1:9/' }
    const unknown = await findingsOf('keys', withConfig(nobody))
    expect(unknown).toContainEqual(only('keys', 'unknown', /cannot be read from here/))
  })
})

describe('what waits too long', () => {
  const old = () => deployment.db.raw("now() - interval '10 minutes'")
  afterEach(async () => {
    await deployment.db('mail_outbox').delete()
    await deployment.db('outbox_events').where('user_id', 'usr_1').delete()
    await deployment.db('webhook_targets').delete()
    await deployment.db('erasures').delete()
  })

  test('mail', async () => {
    const { db } = deployment
    await db('mail_outbox').insert({
      template: 'new-device',
      recipient: 'ada@example.com',
      created_at: old(),
      // Not due yet: nobody takes it while we look.
      available_at: db.raw("now() + interval '1 day'"),
    })
    expect(await findingsOf('mail')).toEqual([
      only('mail', 'warning', /mail waiting: 1, the oldest for [67]\d\d s/),
    ])
  })

  test('events and webhooks', async () => {
    const { db } = deployment
    const [event] = await db('outbox_events')
      .insert({
        type: 'user.registered',
        user_id: 'usr_1',
        data: '{}',
        opened_at: old(),
        available_at: db.raw("now() + interval '1 day'"),
      })
      .returning(['id', 'sequence'])
    await db('webhook_targets').insert({ name: 'billing' })
    await db('webhook_deliveries').insert({
      target: 'billing',
      event_id: event.id,
      sequence: event.sequence,
      user_id: 'usr_1',
      opened_at: old(),
    })
    expect(await findingsOf('events')).toEqual([
      only('events', 'warning', /waiting: \d+, the oldest/),
    ])
    expect(await findingsOf('webhooks')).toEqual([
      only('webhooks', 'warning', /webhook billing: waiting: 1, the oldest/),
    ])
  })

  test('erasures, and months of the audit trail', async () => {
    const { db } = deployment
    await db('erasures').insert({
      id: 'ers_1',
      user_id: 'usr_1',
      receipt_hash: 'x',
      requested_by: 'USER',
      event_id: db.raw('gen_random_uuid()'),
      deadline_at: old(),
    })
    await db('erasure_receipts').insert(
      ['orders', 'files'].map((subgraph) => ({ erasure_id: 'ers_1', subgraph })),
    )
    // As `waive-receipt` takes them.
    expect(await findingsOf('erasures')).toEqual([
      only('erasures', 'warning', /1 overdue: ers_1 waits for files, orders$/),
    ])
    const past = await findingsOf('audit', withConfig({ auditRetentionMonths: -24 }))
    expect(past).toEqual([only('audit', 'warning', /past retention: run prune-audit/)])
  })
})

test('a proxy that was forgotten is found', async () => {
  const forwarded = { 'x-forwarded-for': '192.0.2.1' }
  const signIn =
    'mutation { login(input: { email: "nobody@example.com", password: "none" }) { __typename } }'
  await deployment.client(0).send(signIn, {}, forwarded)
  await expect
    .poll(() => findingsOf('proxies'))
    .toEqual([only('proxies', 'warning', /127\.0\.0\.1 sends forwarding headers/)])
  await deployment.db('operator_notes').delete()
})

test.each([
  [10 * 1024, 'ok'],
  [500, 'warning'],
  [50, 'failed'],
])('%d MB on the disk of DATA_DIR are %s', async (megabytes, state) => {
  const found = await observeDisk(deps, async () => megabytes * 1024 * 1024)
  expect(found).toEqual([{ state, said: `disk: ${megabytes} MB free under DATA_DIR` }])
})

test('a check that cannot look is a finding, and stops no other', async () => {
  const { db } = deployment
  await db.schema.renameTable('mail_outbox', 'mail_away')
  const findings = await examine(deps).finally(() =>
    db.schema.renameTable('mail_away', 'mail_outbox'),
  )
  expect(findings.filter(({ state }) => state === 'failed')).toEqual([
    only('mail', 'failed', /^mail: .*mail_outbox/),
  ])
  expect(findings).toContainEqual(only('database', 'ok', /PostgreSQL/))
})

describe('doctor --json', () => {
  test('exits with 0 and names every check', async () => {
    const { code, stdout } = await sallyport(['doctor', '--json'], deployment.env)
    const { ok, findings } = JSON.parse(stdout)
    expect([code, ok]).toEqual([0, true])
    expect(findings).toContainEqual(only('database', 'ok', /^database: PostgreSQL \d+/))
  })

  test.each([
    ['the database', 'database', { DATABASE_URL: 'postgresql://auth:s3cr3t@127.0.0.1:9/auth' }],
    ['NATS', 'nats', { NATS_URL: 'nats://auth:s3cr3t@127.0.0.1:9' }],
    ['Redis', 'redis', { REDIS_URL: 'redis://auth:s3cr3t@127.0.0.1:9' }],
  ])('exits with 1 when %s is away, and still looks at the rest', async (_, check, env) => {
    const { code, stdout } = await sallyport(['doctor', '--json'], { ...deployment.env, ...env })
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] }
    expect([code, ok]).toEqual([1, false])
    expect(findings.filter(({ state }) => state === 'failed').map((one) => one.check)).toEqual([
      check,
    ])
    expect(findings).toContainEqual(only('disk', 'ok', /MB free/))
    expect(stdout).not.toContain('s3cr3t')
  })
})
