// Accounts under concurrency: several instances, several connections, Redis that comes and goes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { takeRole } from '../../subgraphs/auth/roles/give-role.ts'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'
import { startRedis } from './redis.ts'

describe('over two auth instances and two gateways', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ auths: 2, gateways: 2, env: { TRUSTED_PROXIES: '127.0.0.1' } })
  })
  afterAll(async () => {
    await stack?.stop()
  })

  async function makeAdmin(): Promise<Person> {
    const person = await registerPerson(stack)
    const [auth] = stack.auths
    if (auth === undefined) throw new Error('no auth instance')
    await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
    const { data } = await refreshWith(stack.client, person.refreshToken)
    return { ...person, headers: bearer(data.refresh.tokens.accessToken) }
  }

  test('whoever signs in while the account is deleted is refused, and gets no error of ours', async () => {
    const admin = await makeAdmin()
    const codes: (string | undefined)[] = []
    for (let round = 0; round < 4; round += 1) {
      const person = await registerPerson(stack)
      const { email, deviceToken } = person
      const answers = await Promise.all([
        stack
          .clientOf(0)
          .send(
            'mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { receiptId } }',
            { input: { userId: person.id } },
            admin.headers,
          ),
        ...[deviceToken, undefined].map((token) =>
          stack
            .clientOf(1)
            .send(LOGIN, { input: { email, password: PASSWORD, deviceToken: token } }),
        ),
      ])
      expect(answers[0]?.errors).toEqual([])
      codes.push(...answers.map(({ code }) => code))
    }
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR')
    await stack.db('user_roles').where('role_name', 'admin').delete()
  })

  test('two admins who step down at once: one stays, as LAST_ADMIN', async () => {
    await stack.db('user_roles').where('role_name', 'admin').delete()
    const admins = [await makeAdmin(), await makeAdmin()]
    const answers = await Promise.all(
      admins.map(({ id, headers }, index) =>
        stack
          .clientOf(index)
          .send(
            'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { id } }',
            { input: { userId: id, role: 'admin' } },
            headers,
          ),
      ),
    )
    expect(answers.map(({ code }) => code).sort()).toEqual(['LAST_ADMIN', undefined])
    expect(await stack.db('user_roles').where('role_name', 'admin')).toHaveLength(1)
  })

  test('a role that is taken away while a privileged write is under way stops it', async () => {
    await makeAdmin()
    const demoted = await makeAdmin()
    const target = await registerPerson(stack)
    let write: Promise<GraphqlAnswer> | undefined
    await stack.db.transaction(async (trx) => {
      await takeRole(trx, null, {
        userId: demoted.id,
        role: 'admin',
        by: { actor: { kind: 'operator' } },
      })
      // The write begins before the demotion commits, and the token still says admin.
      write = stack.client.send(
        'mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { id } }',
        { input: { id: target.id } },
        demoted.headers,
      )
      await new Promise((resolve) => setTimeout(resolve, 300))
    })
    expect((await write)?.code).toBe('FORBIDDEN')
    expect((await stack.db('users').where('id', target.id).first('status')).status).toBe('ACTIVE')
  })

  test('one address, proved by two people at once, becomes one person’s', async () => {
    const email = newEmail()
    const people = [await registerPerson(stack), await registerPerson(stack)]
    const proofs = []
    for (const person of people) {
      await stack.db('throttles').delete()
      const begun = await stack.client.send(
        'mutation ($input: AddEmailInput!) { addEmail(input: $input) { id } }',
        { input: { email } },
        person.headers,
      )
      const code = await stack.mailbox.takeCode(email)
      proofs.push({ person, verificationId: begun.data.addEmail.id, code })
    }
    const answers = await Promise.all(
      proofs.map(({ person, verificationId, code }, index) =>
        stack
          .clientOf(index)
          .send(
            'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }',
            { input: { verificationId, code } },
            person.headers,
          ),
      ),
    )
    expect(answers.map(({ code }) => code).sort()).toEqual(['VERIFICATION_FAILED', undefined])
    expect(await stack.db('user_emails').where('email_normalized', email)).toHaveLength(1)
  })

  test('guesses at two instances count together', async () => {
    const person = await registerPerson(stack)
    const headers = { 'x-forwarded-for': '198.51.100.23' }
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        stack
          .clientOf(index % 2)
          .send(LOGIN, { input: { email: person.email, password: 'wrong' } }, headers),
      ),
    )
    const tried = answers.filter(({ code }) => code === 'INVALID_CREDENTIALS')
    expect(tried.length).toBeLessThanOrEqual(6)
  })

  test('an address rule that one instance wrote is kept by the gateway of the other within a second', async () => {
    await stack.db('user_roles').where('role_name', 'admin').delete()
    const admin = await makeAdmin()
    const headers = { ...admin.headers, 'x-forwarded-for': '192.0.2.10' }
    const created = await stack
      .clientOf(0)
      .send(
        `mutation ($input: CreateAddressRuleInput!) { createAddressRule(input: $input) { id } }`,
        { input: { action: 'DENY', network: '198.51.100.0/24' } },
        headers,
      )
    const ask = (address: string) =>
      stack.clientOf(1).send('{ viewer { kind } }', {}, { 'x-forwarded-for': address })
    await expect
      .poll(async () => (await ask('198.51.100.77')).errors[0]?.extensions, {
        timeout: 1_000,
        interval: 50,
      })
      .toMatchObject({ code: 'FORBIDDEN', reason: 'ADDRESS_DENIED' })
    expect((await ask('192.0.2.10')).status).toBe(200)
    await stack
      .clientOf(0)
      .send(
        'mutation ($input: DeleteAddressRuleInput!) { deleteAddressRule(input: $input) { id } }',
        { input: { id: created.data.createAddressRule.id } },
        headers,
      )
    await expect
      .poll(async () => (await ask('198.51.100.77')).status, { timeout: 1_000, interval: 50 })
      .toBe(200)
  })
})

describe('with Redis', () => {
  test('guesses are counted there, and in PostgreSQL while it is away, slow or flushed: never not at all', async () => {
    const redis = await startRedis()
    const stack = await startStack({
      auths: 2,
      gateways: 2,
      env: { TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redis.url },
    })
    const guesses = async (host: number): Promise<{ tried: number; slowest: number }> => {
      const person = await registerPerson(stack)
      const headers = { 'x-forwarded-for': `203.0.113.${host}` }
      const times: number[] = []
      const answers: GraphqlAnswer[] = []
      for (let index = 0; index < 12; index += 1) {
        const start = performance.now()
        answers.push(
          await stack
            .clientOf(index % 2)
            .send(LOGIN, { input: { email: person.email, password: 'wrong' } }, headers),
        )
        times.push(performance.now() - start)
      }
      const tried = answers.filter(({ code }) => code === 'INVALID_CREDENTIALS').length
      return { tried, slowest: Math.max(...times) }
    }
    try {
      const rowsBefore = await stack.db('throttles').where('key', 'like', '%login-pair%')
      expect((await guesses(1)).tried).toBeLessThanOrEqual(6)
      expect(await stack.db('throttles').where('key', 'like', '%login-pair%')).toEqual(rowsBefore)

      redis.freeze()
      const slow = await guesses(2)
      expect(slow.tried).toBeLessThanOrEqual(6)
      expect(slow.slowest).toBeLessThan(1_000)
      redis.thaw()

      await redis.flush()
      expect((await guesses(3)).tried).toBeLessThanOrEqual(6)
      await redis.stop()
      const away = await guesses(4)
      expect(away.tried).toBeLessThanOrEqual(6)
    } finally {
      await stack.stop()
      await redis.stop()
    }
  })
})

describe('the list of users, at 100,000', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
    await stack.db.raw(`
      set session_replication_role = replica;
      insert into users (id, email, email_normalized, email_verified, full_name, created_at)
        select 'usr_bulk_' || n, 'bulk' || n || '@example.com', 'bulk' || n || '@example.com', true,
          'Person ' || md5(n::text), now() - n * interval '1 second'
        from generate_series(1, 100000) n;
      insert into user_roles (user_id, role_name) select id, 'user' from users
        where id like 'usr_bulk_%';
      set session_replication_role = default;
      analyze users; analyze user_roles;`)
  }, 120_000)
  afterAll(async () => {
    await stack?.stop()
  })

  test.each([
    ['newest first', 'order by created_at desc, id desc limit 21'],
    ['by address', 'order by email_normalized, id limit 21'],
    ['by name', 'order by sort_name, id limit 21'],
    [
      'a page deep in',
      "where (email_normalized, id) > ('bulk7', 'x') order by email_normalized, id limit 21",
    ],
    ['a rare search', "where search_text like '%bulk99999@%' order by created_at, id limit 21"],
    ['a common search', "where search_text like '%example.com%' order by created_at, id limit 21"],
    ['one status', "where status = 'SUSPENDED' order by created_at, id limit 21"],
    [
      'a rare role',
      "where id in (select user_id from user_roles where role_name = 'admin') order by created_at, id limit 21",
    ],
  ])('%s: no sequential scan, and a page in milliseconds', async (_, rest) => {
    const { rows } = await stack.db.raw(
      `explain (analyze, format json) select users.* from users ${rest}`,
    )
    const [{ Plan: plan, 'Execution Time': ms }] = rows[0]['QUERY PLAN']
    expect(nodesOf(plan)).not.toContain('Seq Scan on users')
    expect(ms).toBeLessThan(250)
  })
})

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

function nodesOf(plan: PlanNode): string[] {
  return [
    `${plan['Node Type']} on ${plan['Relation Name']}`,
    ...(plan.Plans ?? []).flatMap(nodesOf),
  ]
}
