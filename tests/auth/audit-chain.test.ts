// The audit trail as evidence: nothing changes it, whoever gets around that is found out, and an erasure breaks nothing.
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatCheckpoint } from '../../subgraphs/auth/audit/chain.ts'
import { chainOnce } from '../../subgraphs/auth/audit/extend-chain.ts'
import { addAuditMonths, pruneAudit } from '../../subgraphs/auth/audit/months.ts'
import { verifyAudit } from '../../subgraphs/auth/audit/verify.ts'
import { recordAudit } from '../../subgraphs/auth/core/audit/record.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'

const log = pino({ level: 'silent' })
let stack: Stack

beforeAll(async () => {
  stack = await startStack()
  await registerPerson(stack)
  await registerPerson(stack)
})
afterAll(async () => {
  await stack?.stop()
})

const deps = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

const verify = async () => await verifyAudit(stack.db, { retentionMonths: 24 })

/** As somebody who is master of the whole database, and takes the triggers out of the way. */
async function tamper(statement: string, bindings: readonly (string | number)[] = []) {
  await stack.db.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = 'replica'")
    await trx.raw(statement, [...bindings])
  })
}

async function newestLink() {
  return await stack
    .db('audit_seals')
    .orderBy(['month', 'position'])
    .select('*')
    .then((all) => all.at(-1))
}

test('records are chained within seconds of their commit, and the trail is whole', async () => {
  await expect.poll(() => stack.db('audit_unsealed').select('*'), { timeout: 30_000 }).toEqual([])
  const { records, problems, unchained, head } = await verify()
  expect(problems).toEqual([])
  expect(unchained).toBe(0)
  expect(records).toBe(Number((await stack.db('audit_records').count('* as n').first())?.n))
  expect(head?.position).toBe(records)
  const said = await commands['verify-audit'](deps(), {})
  expect(said).toContain(`The audit trail is whole: ${records} records in the chain`)
})

test('even the owner of the tables cannot change, delete or truncate by an ordinary statement', async () => {
  for (const table of ['audit_records', 'audit_seals', 'audit_checkpoints']) {
    await expect(stack.db(table).delete()).rejects.toThrow('append-only')
    await expect(stack.db.raw('truncate ??', [table])).rejects.toThrow('append-only')
  }
  await expect(stack.db('audit_records').update({ action: 'x' })).rejects.toThrow('append-only')
  await expect(stack.db('audit_seals').update({ hash: 'x' })).rejects.toThrow('append-only')
  await expect(stack.db('audit_personal').update({ person: 'x' })).rejects.toThrow('append-only')
  await expect(stack.db.raw('truncate audit_personal')).rejects.toThrow('append-only')
  const month = new Date().toISOString().slice(0, 7).replace('-', '_')
  for (const table of ['audit_records', 'audit_seals', 'audit_personal'])
    await expect(stack.db.raw('truncate ??', [`${table}_${month}`])).rejects.toThrow('append-only')
  await expect(stack.db(`audit_records_${month}`).delete()).rejects.toThrow('append-only')
  expect((await verify()).problems).toEqual([])
})

test('a record that was changed is found', async () => {
  const { record_id } = await newestLink()
  const { action } = await stack.db('audit_records').where('id', record_id).first()
  await tamper("update audit_records set action = 'nothing.happened' where id = ?", [record_id])
  const { problems } = await verify()
  expect(problems).toEqual([expect.stringContaining(`record ${record_id} was changed`)])
  await expect(commands['verify-audit'](deps(), {})).rejects.toThrow('The audit trail is not whole')
  await tamper('update audit_records set action = ? where id = ?', [action, record_id])
})

test('a record that was slipped in under the number of another is found', async () => {
  const { record_id, occurred_at } = await newestLink()
  const forged = { id: record_id, occurred_at: new Date(occurred_at.getTime() - 60_000) }
  // No more than the application itself may: append.
  await stack
    .db('audit_records')
    .insert({ ...forged, action: 'role.granted', outcome: 'success', actor_kind: 'system' })
  expect((await verify()).problems).toEqual([
    expect.stringContaining(`record ${record_id} is in no chain`),
  ])
  await tamper("delete from audit_records where id = ? and action = 'role.granted'", [record_id])
})

test('what is told of a person is found when it was changed, and not missed when it was erased', async () => {
  const { record_id } = await newestLink()
  const part = await stack.db('audit_personal').where({ record_id, part: 'actor' }).first()
  await tamper(
    `update audit_personal set data = jsonb_set(data, '{ipAddress}', '"192.0.2.1"') where record_id = ? and part = 'actor'`,
    [record_id],
  )
  expect((await verify()).problems).toEqual([
    `record ${record_id}: what it says of its actor was changed`,
  ])
  await tamper(
    "update audit_personal set data = ?::jsonb, person = 'usr_other' where record_id = ? and part = 'actor'",
    [JSON.stringify(part.data), record_id],
  )
  expect((await verify()).problems).toEqual([
    `record ${record_id}: what it says of its actor was changed`,
  ])
  await tamper("update audit_personal set person = ? where record_id = ? and part = 'actor'", [
    part.person,
    record_id,
  ])
  const before = await verify()
  expect(before.problems).toEqual([])
  await stack.db('audit_personal').where('person', part.person).delete()
  const after = await verify()
  expect(after.problems).toEqual([])
  expect(after.erasedParts).toBeGreaterThan(before.erasedParts)
})

test('a record that was removed is found, alone or with its link', async () => {
  const link = await newestLink()
  const record = await stack.db('audit_records').where('id', link.record_id).first()
  await tamper('delete from audit_records where id = ?', [link.record_id])
  expect((await verify()).problems).toEqual([
    expect.stringContaining(`record ${link.record_id} is missing`),
  ])
  await stack.db('audit_records').insert({ ...record, kept: JSON.stringify(record.kept) })

  await tamper('delete from audit_seals where record_id = ?', [link.record_id])
  expect((await verify()).problems).toEqual([
    expect.stringContaining(`record ${link.record_id} is in no chain`),
  ])
  await stack.db('audit_seals').insert(link)

  const first = await stack.db('audit_seals').orderBy('position').first()
  const oldest = await stack.db('audit_records').where('id', first.record_id).first()
  await tamper('delete from audit_seals where record_id = ?', [first.record_id])
  await tamper('delete from audit_records where id = ?', [first.record_id])
  expect((await verify()).problems).toEqual([expect.stringContaining('breaks the chain')])
  await stack.db('audit_seals').insert(first)
  await stack.db('audit_records').insert({ ...oldest, kept: JSON.stringify(oldest.kept) })
  expect((await verify()).problems).toEqual([])
})

/** What an attacker with the whole database would do: a chain of their own over what they left. */
async function rebuild(): Promise<void> {
  await tamper('delete from audit_seals')
  await tamper('delete from audit_checkpoints')
  await stack.db.raw(
    'insert into audit_unsealed (record_id, occurred_at) select id, occurred_at from audit_records on conflict do nothing',
  )
  await chainAll()
}

/** The stack itself may be at it as well. */
async function chainAll(): Promise<void> {
  await expect
    .poll(async () => {
      await chainOnce({ db: stack.db, log })
      return await stack.db('audit_unsealed').select('*')
    })
    .toEqual([])
}

/** A record as old as that, from the first moment of its month. */
async function recordIn(monthsAgo: number): Promise<void> {
  await stack.db.raw("select audit_add_month((now() - ? * interval '1 month')::date)", [monthsAgo])
  const firstMoment = stack.db.raw(
    "(date_trunc('month', now() at time zone 'utc') - ? * interval '1 month') at time zone 'utc'",
    [monthsAgo],
  )
  const action = `test.${monthsAgo}`
  await stack.db.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = 'replica'")
    await recordAudit(trx, null, { action, actor: { kind: 'system' } })
    const { id } = await trx('audit_records').where({ action }).first('id')
    await trx('audit_records').where({ id }).update({ occurred_at: firstMoment })
    await trx('audit_unsealed').where('record_id', id).update({ occurred_at: firstMoment })
  })
}

test('a trail that was written anew is found by a checkpoint that was kept elsewhere', async () => {
  const { head } = await verify()
  if (head === null) throw new Error('no chain')
  const checkpoint = formatCheckpoint(head)
  expect(await commands['verify-audit'](deps(), { checkpoint })).toContain('is whole')
  const { record_id } = await newestLink()
  await tamper("update audit_records set outcome = 'failure' where id = ?", [record_id])
  await rebuild()
  expect((await verify()).problems).toEqual([])
  await expect(commands['verify-audit'](deps(), { checkpoint })).rejects.toThrow(
    'the given checkpoint is not in the chain',
  )
  await expect(commands['verify-audit'](deps(), { checkpoint: 'x' })).rejects.toThrow(
    'A checkpoint reads as',
  )
})

test('a chain whose end was cut off is found by its last checkpoint', async () => {
  const { head } = await verify()
  if (head === null) throw new Error('no chain')
  await stack.db('audit_checkpoints').insert({ ...head })
  await tamper(
    'delete from audit_records where id in (select record_id from audit_seals where position > ?)',
    [head.position - 2],
  )
  await tamper('delete from audit_seals where position > ?', [head.position - 2])
  expect((await verify()).problems).toEqual([
    expect.stringContaining(`the chain ends at ${head.position - 2}, before its last checkpoint`),
  ])
  await rebuild()
})

test('each month has a chain that begins where the last one stood; a month past retention goes, and is not missed', async () => {
  await tamper('delete from audit_seals')
  await tamper('delete from audit_checkpoints')
  await tamper('delete from audit_records')
  await stack.db('audit_unsealed').delete()
  for (const months of [30, 25, 1, 0]) {
    await recordIn(months)
    await chainAll()
  }
  const whole = await verify()
  expect(whole.problems).toEqual([])
  expect(whole.records).toBe(4)
  expect(await stack.db('audit_checkpoints').where('position', 0)).toHaveLength(4)

  expect(await commands.doctor(deps())).toContain('2 past retention')
  expect(await pruneAudit(stack.db, 24)).toHaveLength(2)
  expect(await pruneAudit(stack.db, 24)).toEqual([])
  const pruned = await verify()
  expect(pruned).toMatchObject({ records: 2, problems: [] })

  const lastMonth = await stack
    .db('audit_seals')
    .orderBy('month')
    .first(stack.db.raw("to_char(month, 'YYYY_MM') as name"))
  for (const table of ['audit_records', 'audit_personal', 'audit_seals'])
    await stack.db.raw('drop table ??', [`${table}_${lastMonth.name}`])
  expect((await verify()).problems).toEqual([
    `${lastMonth.name.replace('_', '-')}: the month is missing, and its retention is not over`,
  ])
  await addAuditMonths(stack.db)
  expect((await verify()).problems[0]).toContain('is not in the chain')
})

test('a record that never gets its link is told', async () => {
  await tamper('delete from audit_checkpoints')
  await tamper('delete from audit_seals')
  await tamper('delete from audit_records')
  await stack.db('audit_unsealed').insert({
    record_id: 999_999,
    occurred_at: stack.db.raw("now() - interval '1 hour'"),
  })
  expect((await verify()).problems).toEqual([
    '1 records went missing before they were chained',
    '1 records wait to be chained: is auth running?',
  ])
})
