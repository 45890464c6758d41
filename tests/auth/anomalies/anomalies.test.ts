// Unusual sign-ins: found by what the person has done, answered as the settings say, told to the person, and no lever against anybody.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kilometresBetween } from '../../../subgraphs/auth/anomalies/places.ts'
import { readAnomalies } from '../../../subgraphs/auth/anomalies/settings.ts'
import { commands } from '../../../subgraphs/auth/operator/commands.ts'
import { example } from '../../docs/examples.ts'
import { type Stack, startStack } from '../../harness.ts'
import { nothingLeftToMail } from '../../mailbox.ts'
import { LOGIN, PASSWORD, type Person, registerPerson, VERIFY } from '../../people.ts'
import { city, wholeCountry, writeMmdb } from './mmdb.ts'

const LISBON = '198.51.100.7'
const PORTO = '198.51.100.200'
const TOKYO = '203.0.113.7'
const NOWHERE = '192.0.2.7'
const SOMEWHERE_IN_PORTUGAL = '192.0.2.200'

const folder = mkdtempSync(join(tmpdir(), 'places-'))
const file = join(folder, 'places.mmdb')
beforeAll(() => {
  writeFileSync(
    file,
    writeMmdb([
      { network: '198.51.100.0/25', data: city('PT', 38.72, -9.14) },
      { network: '198.51.100.128/25', data: city('PT', 41.15, -8.61) },
      { network: '203.0.113.0/24', data: city('JP', 35.68, 139.69) },
      { network: '192.0.2.128/25', data: wholeCountry('PT', 37.74, -25.67) },
      { network: '127.0.0.0/8', data: city('PT', 38.72, -9.14) },
    ]),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Setting {
  readonly anomalies: string
  readonly more?: Readonly<Record<string, string>>
}

async function withStack(
  { anomalies, more = {} }: Setting,
  work: (stack: Stack, person: Person) => Promise<void>,
): Promise<void> {
  const stack = await startStack({
    env: {
      ANOMALIES: anomalies,
      GEOIP_FILE: file,
      TRUSTED_PROXIES: '127.0.0.1',
      // A right password is enough, but for what is unusual.
      SESSION_VERIFICATION: 'off',
      ...more,
    },
  })
  try {
    await work(stack, await registerPerson(stack))
  } finally {
    await stack.stop()
  }
}

const from = (address: string) => ({ 'x-forwarded-for': address })

async function login(stack: Stack, person: Person, address: string, input: object = {}) {
  await stack.db('throttles').delete()
  return await stack.client.send(
    LOGIN,
    { input: { email: person.email, password: PASSWORD, ...input } },
    from(address),
  )
}

const outcomeOf = (answer: Awaited<ReturnType<typeof login>>) =>
  answer.code ?? answer.data.login.__typename

async function anomaliesIn(stack: Stack): Promise<{ kinds: string[]; outcome: string }[]> {
  const rows = await stack.db('audit_records').where('action', 'sign-in.anomaly').orderBy('id')
  return rows.map(({ kept, outcome }) => ({ kinds: kept.kinds, outcome }))
}

async function subjectsTo(stack: Stack, { email }: Person): Promise<string[]> {
  await nothingLeftToMail(stack.db)
  return stack.mailbox.messages.filter(({ to }) => to === email).map(({ subject }) => subject)
}

const hoursAgo = async (stack: Stack, hours: number) =>
  await stack.db('sign_in_places').update({
    last_at: stack.db.raw("now() - ? * interval '1 hour'", [hours]),
    located_at: null,
  })

describe('impossible travel and new countries', () => {
  test('are logged, told to the person and put into the trail, and the sign-in goes on', async () => {
    await withStack({ anomalies: 'travel:log,country:log' }, async (stack, person) => {
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
      expect(await anomaliesIn(stack)).toEqual([])
      expect(outcomeOf(await login(stack, person, TOKYO))).toBe('SignedIn')
      expect(await anomaliesIn(stack)).toEqual([
        { kinds: ['travel', 'country'], outcome: 'success' },
      ])
      expect((await subjectsTo(stack, person)).join()).toContain('An unusual sign-in')
      const mail = stack.mailbox.messages.find(({ subject }) => subject.includes('unusual'))
      expect(mail?.text).toContain('203.0.113.7 (JP)')
      const event = await stack.db('outbox_events').where('type', 'session.anomaly').first()
      expect(JSON.stringify(event)).toContain('travel')
      // It is a country of theirs now.
      await hoursAgo(stack, 48)
      expect(outcomeOf(await login(stack, person, TOKYO))).toBe('SignedIn')
      expect(await anomaliesIn(stack)).toHaveLength(1)
    })
  })

  test('challenged, they take the mailbox before there is a session', async () => {
    await withStack({ anomalies: 'travel:challenge' }, async (stack, person) => {
      await login(stack, person, LISBON)
      const answer = await login(stack, person, TOKYO)
      expect(outcomeOf(answer)).toBe('VerificationRequired')
      const code = await stack.mailbox.takeCode(person.email)
      const { id: verificationId } = answer.data.login.verification
      const done = await stack.client.send(VERIFY, { input: { verificationId, code } }, from(TOKYO))
      expect(done.data.verifySession.__typename).toBe('SignedIn')
    })
  })

  test('blocked, they look like a wrong password, are told to the person, and leave their mark on nothing', async () => {
    await withStack({ anomalies: 'country:block,travel:block' }, async (stack, person) => {
      await login(stack, person, LISBON)
      for (let tries = 0; tries < 3; tries += 1) {
        expect(outcomeOf(await login(stack, person, TOKYO))).toBe('INVALID_CREDENTIALS')
      }
      expect(await anomaliesIn(stack)).toEqual(
        Array(3).fill({ kinds: ['travel', 'country'], outcome: 'failure' }),
      )
      expect((await subjectsTo(stack, person)).join()).toContain('was stopped')
      // The owner goes on where they are, and travels as people do.
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, PORTO))).toBe('SignedIn')
      const { countries } = await stack.db('sign_in_places').where('user_id', person.id).first()
      expect(countries).toEqual(['PT'])
    })
  })

  test('blocked, the right password counts as a guess, as a wrong one does', async () => {
    await withStack({ anomalies: 'country:block' }, async (stack, person) => {
      await login(stack, person, LISBON)
      await stack.db('throttles').delete()
      const counted = async () =>
        await stack
          .db('throttles')
          .whereLike('key', '%login-%')
          .whereRaw("key not like '%mail%'")
          .pluck('points')
      const input = { email: person.email }
      const at = async (password: string) =>
        await stack.client.send(LOGIN, { input: { ...input, password } }, from(TOKYO))
      expect((await at('wrong password here')).code).toBe('INVALID_CREDENTIALS')
      expect(await counted()).toEqual([1, 1, 1, 1])
      expect((await at(PASSWORD)).code).toBe('INVALID_CREDENTIALS')
      expect(await counted()).toEqual([2, 2, 2, 2])
    })
  })

  test('a device that is known is never stopped, and what a flight explains is no matter', async () => {
    await withStack({ anomalies: 'travel:block,country:block' }, async (stack, person) => {
      await login(stack, person, LISBON)
      const known = { deviceToken: person.deviceToken }
      expect(outcomeOf(await login(stack, person, TOKYO, known))).toBe('SignedIn')
      await hoursAgo(stack, 20)
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
    })
  })

  test('a network that is known to its country alone counts as no place, and does not hide how long a journey took', async () => {
    await withStack({ anomalies: 'travel:block' }, async (stack, person) => {
      await login(stack, person, LISBON)
      // The middle of the country, as far as the file knows it, is 1,400 km away.
      expect(outcomeOf(await login(stack, person, SOMEWHERE_IN_PORTUGAL))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
      await hoursAgo(stack, 20)
      for (const address of [SOMEWHERE_IN_PORTUGAL, NOWHERE])
        expect(outcomeOf(await login(stack, person, address))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, TOKYO))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, NOWHERE))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('INVALID_CREDENTIALS')
    })
  })

  test('wrong passwords from anywhere move nobody, and an address that the file does not know is not a place', async () => {
    await withStack({ anomalies: 'travel:block,country:block' }, async (stack, person) => {
      await login(stack, person, LISBON)
      for (const address of [TOKYO, NOWHERE]) {
        expect(
          outcomeOf(await login(stack, person, address, { password: 'wrong password here' })),
        ).toBe('INVALID_CREDENTIALS')
      }
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
      expect(outcomeOf(await login(stack, person, NOWHERE))).toBe('SignedIn')
      expect(await anomaliesIn(stack)).toEqual([])
    })
  })
})

test('credential stuffing: a right password amid many wrong ones of one network takes the mailbox', async () => {
  await withStack({ anomalies: '' }, async (stack, person) => {
    const at = async (address: string, input: object = {}) =>
      await stack.client.send(
        LOGIN,
        { input: { email: person.email, password: PASSWORD, ...input } },
        from(address),
      )
    for (let tries = 0; tries < 31; tries += 1) {
      await at(NOWHERE, { email: `somebody${tries}@example.com`, password: 'a stolen password' })
    }
    expect(outcomeOf(await at(NOWHERE))).toBe('VerificationRequired')
    // Nobody else is held up by it: neither another network, nor the person's own device on this one.
    expect(outcomeOf(await at(NOWHERE, { deviceToken: person.deviceToken }))).toBe('SignedIn')
    expect(outcomeOf(await at(LISBON))).toBe('SignedIn')
  })
})

test.each([
  ['challenge', 'off', 'success'],
  ['log', 'always', 'success'],
  ['block', 'always', 'failure'],
])(
  'credential stuffing, %s: what it led to is on record and told, where a code came between as well (SESSION_VERIFICATION=%s)',
  async (action, sessionVerification, outcome) => {
    const more = { SESSION_VERIFICATION: sessionVerification }
    await withStack({ anomalies: `stuffing:${action}`, more }, async (stack, person) => {
      const at = async (input: object) =>
        await stack.client.send(LOGIN, { input: { password: PASSWORD, ...input } }, from(NOWHERE))
      for (let tries = 0; tries < 31; tries += 1) {
        await at({ email: `somebody${tries}@example.com`, password: 'a stolen password' })
      }
      const { data } = await at({ email: person.email })
      const { id: verificationId } = data.login.verification
      const code = await stack.mailbox.takeCode(person.email)
      const done = await stack.client.send(
        VERIFY,
        { input: { verificationId, code } },
        from(NOWHERE),
      )
      expect(done.errors[0]?.extensions.reason).toBe(
        outcome === 'failure' ? 'SIGN_IN_BLOCKED' : undefined,
      )
      expect(await anomaliesIn(stack)).toEqual([{ kinds: ['stuffing'], outcome }])
      expect((await subjectsTo(stack, person)).join()).toContain(
        outcome === 'failure' ? 'was stopped' : 'An unusual sign-in',
      )
    })
  },
  60_000,
)

test('a stale account: by what its owner did, and until they choose a new password', async () => {
  await withStack(
    { anomalies: 'stale:block', more: { ANOMALY_STALE_DAYS: '30' } },
    async (stack, person) => {
      const old = stack.db.raw("now() - interval '31 days'")
      const age = async () => {
        await stack.db('users').where('id', person.id).update({ created_at: old })
        await stack.db('sessions').where('user_id', person.id).update({ last_used_at: old })
        await stack.db('sign_in_places').where('user_id', person.id).update({ last_at: old })
      }
      await age()
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('INVALID_CREDENTIALS')
      expect(await anomaliesIn(stack)).toEqual([{ kinds: ['stale'], outcome: 'failure' }])
      await stack
        .db('users')
        .where('id', person.id)
        .update({ password_reset_at: stack.db.fn.now() })
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
      await age()
      await stack.db('users').where('id', person.id).update({ password_reset_at: old })
      // A session that goes on is use.
      await stack
        .db('sessions')
        .where('id', person.sessionId)
        .update({ last_used_at: stack.db.fn.now() })
      expect(outcomeOf(await login(stack, person, LISBON))).toBe('SignedIn')
    },
  )
})

test('a new device, where it is to be challenged', async () => {
  await withStack({ anomalies: 'device:challenge' }, async (stack, person) => {
    expect(outcomeOf(await login(stack, person, LISBON))).toBe('VerificationRequired')
    const known = { deviceToken: person.deviceToken }
    expect(outcomeOf(await login(stack, person, LISBON, known))).toBe('SignedIn')
  })
})

test('the command says what the settings did, or would have done', async () => {
  await withStack({ anomalies: 'travel:log,country:off' }, async (stack, person) => {
    await login(stack, person, LISBON)
    await login(stack, person, TOKYO)
    const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
    const said = await commands.anomalies(deps, { since: '2020-01-01' })
    expect(said).toContain('travel (log): 1 sign-ins, 0 of them stopped')
    expect(said).toContain('country (off): not looked for')
    const later = await commands.anomalies(deps, { since: '2099-01-01' })
    expect(later).toContain('travel (log): 0 sign-ins')
  })
})

test('it goes with the account', async () => {
  await withStack({ anomalies: '' }, async (stack, person) => {
    expect(await stack.db('sign_in_places').where('user_id', person.id)).toHaveLength(1)
    await stack.db('users').where('id', person.id).delete()
    expect(await stack.db('sign_in_places')).toEqual([])
  })
})

test('docs/anomalies.md has settings and a command as they are', () => {
  const { code } = example('docs/anomalies.md', 'Unusual sign-ins', 'sh')
  const [, text = ''] = /^ANOMALIES=(.*)$/m.exec(code) ?? []
  expect(readAnomalies(text)).toMatchObject({ travel: 'challenge', country: 'log', stale: 'block' })
  const command = example(
    'docs/anomalies.md',
    'Before you set one to challenge or block',
    'sh',
  ).code
  expect(command).toMatch(/^npx sallyport anomalies --since \d{4}-\d\d-\d\d\n$/)
  expect(Object.keys(commands)).toContain('anomalies')
})

test('settings are read whole, or refused', () => {
  expect(readAnomalies('travel:block, stale:off')).toMatchObject({
    travel: 'block',
    stale: 'off',
    country: 'log',
  })
  for (const wrong of ['travel', 'travel:stop', 'moon:log', 'travel:log:block']) {
    const read = readAnomalies(wrong)
    expect(read, wrong).toMatch(/must read/)
  }
})

test('distances are those of the globe', () => {
  const lisbon = { latitude: 38.72, longitude: -9.14 }
  const tokyo = { latitude: 35.68, longitude: 139.69 }
  expect(Math.round(kilometresBetween(lisbon, tokyo) / 100)).toBe(111)
  expect(kilometresBetween(tokyo, tokyo)).toBe(0)
  expect(
    kilometresBetween({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 }),
  ).toBeLessThan(30)
})
