// The audit trail on PostgreSQL: as a role that may only append, with two that chain, and over what an older version wrote.
import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as initial from '../../migrations/0001-initial.ts'
import * as eventRelay from '../../migrations/0010-event-relay.ts'
import * as erasure from '../../migrations/0011-erasure.ts'
import * as auditTrail from '../../migrations/0012-audit-trail.ts'
import { migrate } from '../../migrations/index.ts'
import { grantAppRole } from '../../subgraphs/auth/audit/app-role.ts'
import { chainOnce } from '../../subgraphs/auth/audit/extend-chain.ts'
import { addAuditMonths, pruneAudit } from '../../subgraphs/auth/audit/months.ts'
import { verifyAudit } from '../../subgraphs/auth/audit/verify.ts'
import { recordAudit } from '../../subgraphs/auth/core/audit/record.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { createTestDatabase } from '../database.ts'
import type { TestDatabase } from '../database-on-server.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, logIn, refreshWith, registerPerson } from '../people.ts'

const role = `sallyport_app_${randomBytes(4).toString('hex')}`
const log = pino({ level: 'silent' })
let owner: ReturnType<typeof connectPostgres>
let stack: Stack

/** Migrates as the owner, and hands on a way to connect as the application's role. */
async function asAppRole(database: TestDatabase): Promise<TestDatabase> {
  owner = await database.connect()
  await migrate(owner.db)
  await owner.db.raw(`create role ${role} login`)
  await grantAppRole(owner.db, role)
  const url = new URL(database.url ?? '')
  url.username = role
  return { ...database, connect: async () => connectPostgres(url.href, 10) }
}

beforeAll(async () => {
  stack = await startStack({ auths: 2, gateways: 2, prepare: asAppRole })
})
afterAll(async () => {
  await owner?.db.raw(`drop owned by ${role}`)
  await owner?.db.raw(`drop role ${role}`)
  await owner?.stop()
  await stack?.stop()
})

const verify = async () => await verifyAudit(stack.db, { retentionMonths: 24 })

test('auth runs as a role that does not own its tables: accounts come, work and go', async () => {
  const { rows } = await stack.db.raw('select current_user as name')
  expect(rows).toEqual([{ name: role }])
  const person = await registerPerson(stack)
  const again = await logIn(stack.client, person)
  expect((await refreshWith(stack.client, again.refreshToken)).errors).toEqual([])
  const begun = await stack.client.send(
    'mutation { deleteAccount { verification { id } } }',
    {},
    person.headers,
  )
  const code = await stack.mailbox.takeCode(person.email)
  const deleted = await stack.client.send(
    'mutation D($input: ConfirmAccountDeletionInput!) { confirmAccountDeletion(input: $input) { receiptId } }',
    { input: { verificationId: begun.data.deleteAccount.verification.id, code } },
    person.headers,
  )
  expect(deleted.errors).toEqual([])
  await addAuditMonths(stack.db)
  await expect.poll(async () => (await verify()).unchained, { timeout: 30_000 }).toBe(0)
  expect((await verify()).problems).toEqual([])
})

test('that role can neither change nor remove an audit record, by any road', async () => {
  await registerPerson(stack)
  const month = new Date().toISOString().slice(0, 7).replace('-', '_')
  const statements = ['audit_records', 'audit_seals', 'audit_checkpoints', `audit_records_${month}`]
    .flatMap((table) => [
      `delete from ${table}`,
      `truncate ${table}`,
      `drop table ${table}`,
      `alter table ${table} disable trigger user`,
    ])
    .concat([
      "update audit_records set action = 'x'",
      "update audit_seals set hash = 'x'",
      "update audit_checkpoints set hash = 'x'",
      "update audit_personal set person = 'x'",
      'truncate audit_personal',
      `select * from audit_personal_${month}`,
      `insert into audit_records_${month} select * from audit_records`,
      "update audit_events set action = 'x'",
      'delete from audit_events',
      "set session_replication_role = 'replica'",
      `alter table audit_records detach partition audit_records_${month}`,
      'drop function audit_refuse() cascade',
      'delete from auth_migrations',
    ])
  for (const statement of statements) {
    await expect(stack.db.raw(statement), statement).rejects.toThrow(
      /permission denied|must be owner|cannot (update|delete from) view/,
    )
  }
  await expect(pruneAudit(stack.db, 0)).rejects.toThrow('must be owner')
  expect((await verify()).problems).toEqual([])
})

test('two that chain under load, and a transaction that commits late: every record once, in one chain', async () => {
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  let late: Promise<void> | undefined
  await new Promise<void>((recorded, failed) => {
    late = stack.db.transaction(async (trx) => {
      await recordAudit(trx, null, { action: 'test.late', actor: { kind: 'system' } })
      recorded()
      await isReleased
    })
    late.catch(failed)
  })
  await Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let turn = 0; turn < 50; turn += 1) {
        await recordAudit(stack.db, null, { action: `test.${writer}`, actor: { kind: 'system' } })
        if (turn % 10 === 0) await Promise.all([0, 1].map(() => chainOnce({ db: stack.db, log })))
      }
    }),
  ).finally(release)
  await late
  await expect.poll(() => stack.db('audit_unsealed').select('*'), { timeout: 30_000 }).toEqual([])
  const { records, problems } = await verify()
  expect(problems).toEqual([])
  const count = await stack.db('audit_records').count('* as n').first()
  expect(records).toBe(Number(count?.n))
  const lateSeal = await stack
    .db('audit_seals')
    .join('audit_records', 'audit_records.id', 'audit_seals.record_id')
    .where('action', 'test.late')
    .orderBy('audit_records.id', 'desc')
    .first('audit_seals.position', 'audit_records.id')
  const later = await stack
    .db('audit_seals')
    .where('record_id', '>', lateSeal.id)
    .min('position as p')
    .first()
  expect(Number(lateSeal.position)).toBeGreaterThan(Number(later?.p))
})

test('a record and what it tells of commit together, or not at all', async () => {
  await expect(
    stack.db.transaction(async (trx) => {
      await recordAudit(trx, null, { action: 'test.undone', actor: { kind: 'system' } })
      throw new Error('undone')
    }),
  ).rejects.toThrow('undone')
  expect(await stack.db('audit_records').where('action', 'test.undone')).toEqual([])
  const person = await registerPerson(stack)
  await Promise.all(
    [0, 1].map((gateway) => stack.clientOf(gateway).send(LOGOUT, {}, person.headers)),
  )
  const ended = await stack
    .db('audit_events')
    .where({ user_id: person.id, action: 'session.revoked' })
  expect(ended).toHaveLength(1)
})

test('what an older version recorded is carried over, readable, and in the chain', async () => {
  const database = await createTestDatabase('empty')
  const { db, stop } = await database.connect()
  try {
    for (const migration of [initial, eventRelay, erasure]) await migration.up(db)
    const old = {
      action: 'session.revoked',
      outcome: 'success',
      actor_kind: 'user',
      actor_id: 'usr_1',
      user_id: 'usr_1',
      session_id: 'ses_1',
      ip_address: '192.0.2.1',
      user_agent: 'Netscape/4.79',
      operation_name: 'Logout',
      request_id: 'req_1',
    }
    await db('audit_events').insert([
      {
        ...old,
        detail: JSON.stringify({ reason: 'logout' }),
        occurred_at: '2025-12-31T23:59:59.9996Z',
      },
      { ...old, detail: '{}', occurred_at: '2026-02-15T12:00:00Z' },
      {
        action: 'login.failed',
        outcome: 'failure',
        actor_kind: 'anonymous',
        ip_address: '192.0.2.2',
      },
    ])
    await auditTrail.up(db)
    expect(await db('audit_events').orderBy('id')).toMatchObject([
      { ...old, detail: { reason: 'logout' } },
      { ...old, detail: {} },
      { action: 'login.failed', user_id: null, actor_id: null, ip_address: '192.0.2.2' },
    ])
    await recordAudit(db, null, { action: 'test.new', actor: { kind: 'system' } })
    while ((await chainOnce({ db, log })) > 0);
    expect(await verifyAudit(db, { retentionMonths: 24 })).toMatchObject({
      records: 4,
      unchained: 0,
      problems: [],
    })
  } finally {
    await stop()
    await database.drop()
  }
})
