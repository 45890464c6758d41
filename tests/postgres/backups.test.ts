// docs/operators.md, "Backups", as somebody follows it: an archive, a base backup, a disaster, and back to the moment before.
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { examplesOf } from '../docs/examples.ts'
import { NPX } from '../docs/npx.ts'
import { type Cluster, createCluster } from '../long/cluster.ts'
import { LOGIN, LOGOUT, PASSWORD, type Person, REGISTER, refreshWith, VERIFY } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'

const examples = examplesOf('docs/operators.md').filter(({ section }) => section === 'Backups')
const written = (language: string): string[] =>
  examples.filter((one) => one.language === language).map(({ code }) => code)
const [baseBackup = '', restore = '', revokeAll = ''] = written('sh')

let cluster: Cluster
let deployment: Deployment

/** The page, with what is where it is here. */
const here = (code: string, moment = '') =>
  code
    .replaceAll('/backup/', `${cluster.folder}/backup/`)
    .replaceAll('/var/lib/postgresql/data', `${cluster.folder}/data`)
    .replace('2026-01-31 12:00:00+00', moment)

// A world of its own for each try: the first one leaves none.
beforeEach(async () => {
  const [settings = ''] = written('ini')
  // Where the archive is goes without saying for PostgreSQL alone: its commands run in the data folder.
  cluster = await createCluster({ settings: settings.replaceAll('/backup/', '../backup/') })
  cluster.run('mkdir --parents backup/wal')
  deployment = await startDeployment({ pairs: 1, database: cluster.database })
})
afterEach(async () => {
  await deployment?.stop()
  cluster?.remove()
})

const ask = async <T>(sql: string): Promise<T | undefined> => {
  const { rows } = await deployment.db.raw<{ rows: { answer: T }[] }>(sql)
  return rows[0]?.answer
}
const read = (person: Person): Promise<GraphqlAnswer> =>
  deployment.client(0).send('{ viewer { kind } }', {}, bearer(person.accessToken))

test('back at the moment before: what was there is there, what came after is not, and no credential of either time works', async () => {
  const client = deployment.client(0)
  const [ada, bob] = (await deployment.register(2)) as [Person, Person]
  cluster.run(
    `export PGHOST=127.0.0.1 PGPORT=${cluster.port} PGUSER=sallyport; ${here(baseBackup)}`,
  )
  const [carol] = (await deployment.register(1)) as [Person]
  const moment = await ask<string>('select now()::text as answer')
  await sleep(1_500)
  expect((await client.send(LOGOUT, {}, bob.headers)).errors).toEqual([])
  const [dave] = (await deployment.register(1)) as [Person]
  await deployment.db.raw('drop table sessions cascade')
  await deployment.db.raw('select pg_switch_wal()')
  await expect
    .poll(() => ask('select last_archived_wal as answer from pg_stat_archiver'))
    .toBeTruthy()
  await expect
    .poll(() =>
      ask("select count(*) = 0 as answer from pg_ls_archive_statusdir() where name like '%.ready'"),
    )
    .toBe(true)

  await deployment.auth(0).end('SIGTERM')
  cluster.stop('fast')
  cluster.run(`mv data aside; ${here(restore, moment)}`)
  cluster.start()
  await expect.poll(() => ask('select pg_is_in_recovery() as answer')).toBe(false)
  const ids = await deployment.db('users').pluck<string[]>('id')
  expect(ids.sort()).toEqual([ada.id, bob.id, carol.id].sort())
  // The danger: bob's session has come back from the past.
  expect(await deployment.db('sessions').where('id', bob.sessionId).pluck('status')).toEqual([
    'ACTIVE',
  ])

  const said = execFileSync('bash', ['-ec', NPX + revokeAll], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...deployment.env },
  })
  expect(said).toContain('Ended 3 sessions of 3 users')
  await deployment.startAuth(0)
  for (const person of [ada, bob, carol, dave]) {
    await expect.poll(async () => (await read(person)).code).toBe('UNAUTHENTICATED')
    expect((await refreshWith(client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  }
  expect(await signIn(ada)).toEqual([])
  const gone = await client.send(LOGIN, { input: { email: dave.email, password: PASSWORD } })
  expect(gone.code).toBe('INVALID_CREDENTIALS')
  const again = await client.send(REGISTER, { input: { email: dave.email, password: PASSWORD } })
  expect(again.errors).toEqual([])
}, 240_000)

/** Devices are forgotten: a code is asked for. @returns the errors */
async function signIn({ email, deviceToken }: Person): Promise<GraphqlAnswer['errors']> {
  const client = deployment.client(0)
  const begun = await client.send(LOGIN, { input: { email, password: PASSWORD, deviceToken } })
  const verificationId = begun.data?.login?.verification?.id
  if (verificationId === undefined) return begun.errors
  const code = await deployment.mailbox.takeCode(email)
  return (await client.send(VERIFY, { input: { verificationId, code } })).errors
}
