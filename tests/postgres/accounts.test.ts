// Accounts under concurrency: several instances, several connections.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { takeRole } from '../../subgraphs/auth/roles/give-role.ts'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  type Person,
  refreshWith,
  registerPerson,
  viewerOf,
} from '../people.ts'

/** A second on a machine that does nothing else, which long/revocation-times.test.ts measures: this one may be busy. */
const WITHIN_A_SECOND = { timeout: 30_000, interval: 50 }

describe('over two auth instances and two gateways', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ auths: 2, gateways: 2, env: { TRUSTED_PROXIES: '127.0.0.1' } })
  })
  afterAll(async () => {
    await stack?.stop()
  })
  // A rule that a failed test leaves would shut out the next.
  afterEach(async () => {
    const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
    await commands['clear-address-rules'](deps)
  })

  async function makeAdmin(): Promise<Person> {
    const person = await registerPerson(stack)
    const [auth] = stack.auths
    if (auth === undefined) throw new Error('no auth instance')
    await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
    const { data } = await refreshWith(stack.client, person.refreshToken)
    return { ...person, headers: bearer(data.refresh.tokens.accessToken) }
  }

  async function resetTokenOf(email: string): Promise<string> {
    await stack.client.send(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
      { input: { email } },
    )
    return await stack.mailbox.takeLink(email, 'reset-password')
  }

  const resetWith = (index: number, input: object) =>
    stack
      .clientOf(index % 2)
      .send('mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }', {
        input,
      })

  test('anyone who signs in while the account is deleted is refused, and gets no error of ours', async () => {
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

  test('a link is used once, also when it is sent twenty times at once', async () => {
    const { email } = await registerPerson(stack)
    const token = await resetTokenOf(email)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        resetWith(index, { token, newPassword: `a wholly different phrase ${index}` }),
      ),
    )
    const codes = answers.map(({ code }) => code)
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    // Twenty hashes at once: who would get no turn in time is told so, and has not used the link.
    const refused = codes.filter((code) =>
      ['VERIFICATION_FAILED', 'SERVICE_UNAVAILABLE'].includes(code ?? ''),
    )
    expect(refused).toHaveLength(19)
    expect(refused).toContain('VERIFICATION_FAILED')
  })

  test('a reset beside refreshes: no token of before works, whichever came first', async () => {
    for (let round = 0; round < 4; round += 1) {
      const person = await registerPerson(stack)
      const token = await resetTokenOf(person.email)
      const [reset, ...refreshed] = await Promise.all([
        resetWith(round, { token, newPassword: 'a wholly different phrase' }),
        ...[0, 1, 2].map(async (index) => {
          // The reset hashes first: refreshes come before, beside and after its transaction.
          await new Promise((resolve) => setTimeout(resolve, index * 60))
          return await refreshWith(stack.clientOf(index % 2), person.refreshToken)
        }),
      ])
      expect(reset.errors).toEqual([])
      const issued = refreshed.flatMap(({ data }) => data?.refresh?.tokens ?? [])
      for (const refreshToken of [person.refreshToken, ...issued.map((one) => one.refreshToken)]) {
        const late = await refreshWith(stack.clientOf(round % 2), refreshToken)
        expect(late.code).toBe('INVALID_REFRESH_TOKEN')
      }
      for (const accessToken of [person.accessToken, ...issued.map((one) => one.accessToken)]) {
        await expect
          .poll(
            async () => (await viewerOf(stack.clientOf(1), accessToken)).errors[0]?.extensions,
            WITHIN_A_SECOND,
          )
          .toMatchObject({ code: 'UNAUTHENTICATED', reason: 'SESSION_REVOKED' })
      }
    }
  })

  test('who is suspended at one instance is out at the gateway of the other within a second: token, key, refresh', async () => {
    const admin = await makeAdmin()
    const person = await registerPerson(stack)
    const created = await stack.client.send(
      'mutation { createApiKey(input: { name: "k" }) { key secret verification { id } } }',
      {},
      person.headers,
    )
    const { key, secret, verification } = created.data.createApiKey
    const input = {
      verificationId: verification.id,
      code: await stack.mailbox.takeCode(person.email),
    }
    await stack.client.send(
      'mutation ($input: VerifyApiKeyInput!) { verifyApiKey(input: $input) { id } }',
      { input },
      person.headers,
    )
    const ways = [person.headers, { 'x-api-key': key, 'x-api-secret': secret }]
    const ask = async (headers: Record<string, string>) =>
      (await stack.clientOf(1).send('{ viewer { kind } }', {}, headers)).errors[0]?.extensions
        .reason
    for (const headers of ways) expect(await ask({ ...headers })).toBeUndefined()

    const suspended = await stack
      .clientOf(0)
      .send(
        'mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { id } }',
        { input: { id: person.id } },
        admin.headers,
      )
    expect(suspended.errors).toEqual([])
    await expect
      .poll(
        async () => await Promise.all(ways.map((headers) => ask({ ...headers }))),
        WITHIN_A_SECOND,
      )
      .toEqual(['SESSION_REVOKED', 'API_KEY_INVALID'])
    const refreshed = await refreshWith(stack.clientOf(1), person.refreshToken)
    expect(refreshed.code).toBe('INVALID_REFRESH_TOKEN')
  })

  test('one address that is invited twice at once becomes one user', async () => {
    const admin = await makeAdmin()
    const email = newEmail()
    const answers = await Promise.all(
      // As many as an address gets in an hour: more would be told to wait.
      Array.from({ length: 5 }, (_, index) =>
        stack
          .clientOf(index % 2)
          .send(
            'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
            { input: { email: index % 2 === 0 ? email : email.toUpperCase() } },
            admin.headers,
          ),
      ),
    )
    const codes = answers.map(({ code }) => code)
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    expect(codes.filter((code) => code === 'CONFLICT')).toHaveLength(4)
    expect(await stack.db('users').where('email_normalized', email)).toHaveLength(1)
  })

  test('two address rules that go at once never shut out the admin who lets them go', async () => {
    const admin = await makeAdmin()
    const headers = { ...admin.headers, 'x-forwarded-for': '192.0.2.10' }
    const create = async (network: string): Promise<string> => {
      const { data } = await stack.client.send(
        'mutation ($input: CreateAddressRuleInput!) { createAddressRule(input: $input) { id } }',
        { input: { action: 'ALLOW', appliesTo: 'ADMINS', network } },
        headers,
      )
      return data.createAddressRule.id
    }
    const remove = (id: string, index: number) =>
      stack
        .clientOf(index)
        .send(
          'mutation ($input: DeleteAddressRuleInput!) { deleteAddressRule(input: $input) { id } }',
          { input: { id } },
          headers,
        )
    // Either of the first two lets the admin in; with the third alone nobody would be.
    const letIn = [await create('192.0.2.10'), await create('192.0.2.0/24')]
    const other = await create('198.51.100.0/24')
    const answers = await Promise.all(letIn.map(remove))
    expect(answers.map(({ code }) => code).sort()).toEqual(['CONFLICT', undefined])
    await remove(other, 0)
    for (const id of letIn) await remove(id, 0)
    expect(await stack.db('address_rules')).toEqual([])
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
      .poll(async () => (await ask('198.51.100.77')).errors[0]?.extensions, WITHIN_A_SECOND)
      .toMatchObject({ code: 'FORBIDDEN', reason: 'ADDRESS_DENIED' })
    expect((await ask('192.0.2.10')).status).toBe(200)
    await stack
      .clientOf(0)
      .send(
        'mutation ($input: DeleteAddressRuleInput!) { deleteAddressRule(input: $input) { id } }',
        { input: { id: created.data.createAddressRule.id } },
        headers,
      )
    await expect.poll(async () => (await ask('198.51.100.77')).status, WITHIN_A_SECOND).toBe(200)
  })
})

describe('the list of users, at 100,000', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
    // The statement timeout is auth's own: what fills the table may take longer on a busy machine.
    await stack.db.raw(`
      set statement_timeout = 0;
      set session_replication_role = replica;
      insert into users (id, email, email_normalized, email_verified, full_name, created_at)
        select 'usr_bulk_' || n, 'bulk' || n || '@example.com', 'bulk' || n || '@example.com', true,
          'Person ' || md5(n::text), now() - n * interval '1 second'
        from generate_series(1, 100000) n;
      insert into user_roles (user_id, role_name) select id, 'user' from users
        where id like 'usr_bulk_%';
      set session_replication_role = default;
      reset statement_timeout;
      analyze users; analyze user_roles;`)
  })
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
  ])('%s: no sequential scan, and no more than a page is read', async (_, rest) => {
    const { rows } = await stack.db.raw(
      `explain (analyze, format json) select users.* from users ${rest}`,
    )
    const [{ Plan: plan }] = rows[0]['QUERY PLAN']
    expect(nodesOf(plan)).not.toContain('Seq Scan on users')
    expect(rowsReadBy(plan)).toBeLessThan(1_000)
  })
})

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

function nodesOf(plan: PlanNode): string[] {
  return [
    `${plan['Node Type']} on ${plan['Relation Name']}`,
    ...(plan.Plans ?? []).flatMap(nodesOf),
  ]
}

/** Of all nodes together, those that were looked at for nothing included. */
function rowsReadBy(plan: PlanNode): number {
  const {
    'Actual Rows': kept,
    'Actual Loops': loops,
    'Rows Removed by Filter': filtered = 0,
    'Rows Removed by Index Recheck': rechecked = 0,
  } = plan
  const below = (plan.Plans ?? []).map(rowsReadBy)
  return below.reduce((sum, rows) => sum + rows, (kept + filtered + rechecked) * loops)
}
