// Networks that may use the graph or must not: in settings, and by admins at run time, who cannot shut themselves out.
import { createIdentitySigner } from '@sallyport/claims/sign'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'

let stack: Stack
let admin: Person

beforeAll(async () => {
  stack = await startStack({
    env: { TRUSTED_PROXIES: '127.0.0.1', ADDRESS_DENY: '203.0.113.0/24,2001:db8:bad::/48' },
  })
  const person = await registerPerson(stack)
  await commands['grant-role'](operator(), { email: person.email, role: 'admin' })
  const { data } = await refreshWith(stack.client, person.refreshToken)
  admin = { ...person, headers: bearer(data.refresh.tokens.accessToken) }
})
afterAll(async () => {
  await stack?.stop()
})
// A rule that a failed test leaves would shut out the next.
afterEach(async () => {
  await commands['clear-address-rules'](operator())
})

const operator = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

const HOME = '192.0.2.10'

function ask(address: string, headers: Readonly<Record<string, string>> = {}) {
  return stack.client.send('{ viewer { kind } }', {}, { 'x-forwarded-for': address, ...headers })
}

function create(input: object, from = HOME) {
  return stack.client.send(
    'mutation ($input: CreateAddressRuleInput!) { createAddressRule(input: $input) { id action appliesTo network } }',
    { input },
    { ...admin.headers, 'x-forwarded-for': from },
  )
}

function remove(id: string, from = HOME) {
  return stack.client.send(
    'mutation ($input: DeleteAddressRuleInput!) { deleteAddressRule(input: $input) { id } }',
    { input: { id } },
    { ...admin.headers, 'x-forwarded-for': from },
  )
}

/** A second on a machine that does nothing else, which long/revocation-times.test.ts measures: this one may be busy. */
const WITHIN_A_SECOND = { timeout: 30_000, interval: 50 }

test('a network that the settings deny is refused on every field, public ones too, before anything is asked', async () => {
  for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '2001:db8:bad:1::1']) {
    const answer = await ask(address)
    expect(answer.status, address).toBe(403)
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      reason: 'ADDRESS_DENIED',
    })
    expect(answer.data).toBeUndefined()
  }
  expect((await ask(HOME)).status).toBe(200)
})

test('an admin denies a network, and lets it in again', async () => {
  const made = await create({ action: 'DENY', network: '198.51.100.0/24', note: 'scrapers' })
  expect(made.data.createAddressRule).toMatchObject({
    action: 'DENY',
    appliesTo: 'EVERYBODY',
    network: '198.51.100.0/24',
  })
  await expect.poll(async () => (await ask('198.51.100.9')).status, WITHIN_A_SECOND).toBe(403)
  expect((await ask(HOME)).status).toBe(200)
  await remove(made.data.createAddressRule.id)
  await expect.poll(async () => (await ask('198.51.100.9')).status, WITHIN_A_SECOND).toBe(200)
})

test('a network of IPv6 is kept in every spelling of its addresses, and a mapped one as the IPv4 it is', async () => {
  for (const [network, inside, outside] of [
    ['2001:db8:77::/48', '2001:0DB8:0077:1:0:0:0:9', '2001:db8:78::9'],
    ['::ffff:198.51.100.0/120', '198.51.100.9', '198.51.101.9'],
  ] as const) {
    const made = await create({ action: 'DENY', network })
    await expect.poll(async () => (await ask(inside)).status, WITHIN_A_SECOND).toBe(403)
    expect((await ask(outside)).status, outside).toBe(200)
    await remove(made.data.createAddressRule.id)
    await expect.poll(async () => (await ask(inside)).status, WITHIN_A_SECOND).toBe(200)
  }
})

test('admins can be bound to networks; other people are not', async () => {
  const made = await create({ action: 'ALLOW', appliesTo: 'ADMINS', network: `${HOME}/32` })
  await expect
    .poll(async () => (await ask('198.51.100.9', admin.headers)).status, WITHIN_A_SECOND)
    .toBe(403)
  expect((await ask(HOME, admin.headers)).status).toBe(200)
  const person = await registerPerson(stack)
  expect((await ask('198.51.100.9', person.headers)).status).toBe(200)
  await remove(made.data.createAddressRule.id)
  await expect
    .poll(async () => (await ask('198.51.100.9', admin.headers)).status, WITHIN_A_SECOND)
    .toBe(200)
})

test("an admin's password and refresh token are worth nothing on a network where admins may not be", async () => {
  const person = await registerPerson(stack)
  await commands['grant-role'](operator(), { email: person.email, role: 'admin' })
  const other = await registerPerson(stack)
  const made = await create({ action: 'ALLOW', appliesTo: 'ADMINS', network: `${HOME}/32` })
  const logInFrom = ({ email, deviceToken }: Person, address: string) =>
    stack.client.send(
      LOGIN,
      { input: { email, password: PASSWORD, deviceToken } },
      { 'x-forwarded-for': address },
    )
  const refreshFrom = ({ refreshToken }: Person, address: string) =>
    stack.client.send(
      'mutation ($input: RefreshInput) { refresh(input: $input) { user { email } } }',
      { input: { refreshToken } },
      { 'x-forwarded-for': address },
    )
  try {
    for (const send of [refreshFrom, logInFrom]) {
      const sessions = await stack.db('sessions').where('user_id', person.id).pluck('id')
      const refused = await send(person, '198.51.100.9')
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'ADDRESS_DENIED',
      })
      expect(refused.text).not.toContain(person.email)
      expect((await send(other, '198.51.100.9')).errors).toEqual([])
      expect(await stack.db('sessions').where('user_id', person.id).pluck('id')).toEqual(sessions)
      // What was refused elsewhere has not been used up.
      expect((await send(person, HOME)).errors).toEqual([])
    }
  } finally {
    await remove(made.data.createAddressRule.id)
  }
})

test('nobody shuts themselves out: by denying, by allowing others, or by taking away what lets them in', async () => {
  for (const input of [
    { action: 'DENY', network: '192.0.2.0/24' },
    { action: 'DENY', network: '0.0.0.0/0' },
    { action: 'ALLOW', network: '198.51.100.0/24' },
    { action: 'ALLOW', appliesTo: 'ADMINS', network: '198.51.100.0/24' },
  ]) {
    const refused = await create(input)
    expect(refused.code, JSON.stringify(input)).toBe('CONFLICT')
    expect(refused.errors[0]?.message).toContain(HOME)
  }
  const mine = await create({ action: 'ALLOW', network: HOME })
  const others = await create({ action: 'ALLOW', network: '198.51.100.0/24' })
  expect((await remove(mine.data.createAddressRule.id)).code).toBe('CONFLICT')
  await remove(others.data.createAddressRule.id)
  expect((await remove(mine.data.createAddressRule.id)).errors).toEqual([])
  expect(await stack.db('address_rules')).toEqual([])
})

test('what is not a network is refused with its field', async () => {
  for (const network of ['', 'localhost', '10.0.0.0/33', '1.2.3', 'fe80::1%eth0', '10.0.0.0/8/8']) {
    const answer = await create({ action: 'DENY', network })
    expect(answer.errors[0]?.extensions, network).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.network' }],
    })
  }
})

test('the command line removes rules that shut everybody out', async () => {
  await stack.db('address_rules').insert({
    id: 'net_everybody',
    action: 'DENY',
    applies_to: 'EVERYBODY',
    network: '0.0.0.0/0',
  })
  await expect.poll(async () => (await ask(HOME)).status, WITHIN_A_SECOND).toBe(403)
  expect(await commands['clear-address-rules'](operator())).toContain('Removed 1')
  await expect.poll(async () => (await ask(HOME)).status, WITHIN_A_SECOND).toBe(200)
})

test('a gateway gets no whole snapshot of an auth that cannot read its rules', async () => {
  const keys = JSON.parse(stack.env.IDENTITY_KEYS ?? '')
  const signer = await createIdentitySigner({ keys, issuer: stack.env.PUBLIC_URL ?? '' })
  const headers = { 'sallyport-identity': await signer.sign('auth', { kind: 'gateway' }) }
  /** As far as the snapshot's last line, or as it came. */
  const beginning = async () => {
    const url = `${stack.auths[0]?.url}/internal/revocations`
    let text = ''
    try {
      const { body } = await fetch(url, { headers })
      for await (const piece of body ?? []) {
        text += Buffer.from(piece).toString()
        if (lastLine.test(text)) break
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    return text
  }
  const lastLine = /"type":"snapshot","at":"[^"]+","entries":\[\]/
  expect(await beginning()).toMatch(new RegExp(`${lastLine.source},"rules":\\[`))
  await stack.db.schema.renameTable('address_rules', 'rules_away')
  try {
    expect(await beginning()).not.toMatch(lastLine)
  } finally {
    await stack.db.schema.renameTable('rules_away', 'address_rules')
  }
})

test('forwarding headers of a peer that is not a listed proxy are ignored, and doctor says so', async () => {
  const plain = await startStack()
  try {
    const [auth] = plain.auths
    if (auth === undefined) throw new Error('no auth instance')
    expect(await commands.doctor(auth.deps)).not.toContain('WARNING')
    const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { __typename } }'
    const nobody = { input: { email: 'nobody@example.com', password: 'no password of anybody' } }
    await plain.client.send(signIn, nobody, { 'x-forwarded-for': '9.9.9.9' })
    await expect
      .poll(async () => await commands.doctor(auth.deps))
      .toContain('WARNING: 127.0.0.1 sends forwarding headers and is not in TRUSTED_PROXIES')
    const person = await registerPerson(plain)
    const session = await plain.db('sessions').where('id', person.sessionId).first('ip_address')
    expect(session.ip_address).toBe('127.0.0.1')
  } finally {
    await plain.stop()
  }
})
