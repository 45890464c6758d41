// Webhooks as a team without NATS has them: signed, in order for each user, retried, replayed, and led nowhere by a name or a redirect.
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../platform/secret.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { createAddressCheck } from '../../subgraphs/auth/core/allowed-address.ts'
import { emitEvent } from '../../subgraphs/auth/core/events/emit.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { startWebhooks } from '../../subgraphs/auth/webhooks/deliver.ts'
import { readWebhookLag } from '../../subgraphs/auth/webhooks/lag.ts'
import { claimUsers } from '../../subgraphs/auth/webhooks/queue.ts'
import { createWebhookSender } from '../../subgraphs/auth/webhooks/send.ts'
import { signWebhook } from '../../subgraphs/auth/webhooks/sign.ts'
import { schemaProblems } from '../event-log.ts'
import { freePort } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { logIn, registerPerson } from '../people.ts'
import { startReceiver, type WebhookReceiver } from '../webhook-receiver.ts'

const makeSecret = () => `whsec_${randomBytes(32).toString('base64')}`
const [older, newer, other] = [makeSecret(), makeSecret(), makeSecret()]
const WAIT = { timeout: 30_000 }

let receiver: WebhookReceiver
/** Knows the older secret alone. */
let second: WebhookReceiver
let stack: Stack

beforeAll(async () => {
  receiver = await startReceiver(newer)
  second = await startReceiver(older)
  const dead = `http://127.0.0.1:${await freePort()}`
  stack = await startStack({
    env: {
      WEBHOOK_URLS: `billing=${receiver.url}/in?key=1, crm=${second.url}, dead=${dead}`,
      WEBHOOK_SECRETS: `billing=${newer},billing=${older},crm=${newer},crm=${older},dead=${other}`,
      WEBHOOK_TYPES: 'crm=user.registered,crm=role.granted',
    },
  })
})
afterAll(async () => {
  await stack?.stop()
  await receiver?.stop()
  await second?.stop()
})
afterEach(() => {
  receiver.answer((_, response) => void response.writeHead(204).end())
})

const newUser = () => `usr_${crypto.randomUUID()}`
const deps = () => stack.auths[0]?.deps ?? expect.fail('no auth instance')
const lagOf = async (target: string) =>
  (await readWebhookLag(stack.db)).find((lag) => lag.target === target)

async function emit(userId: string, count: number, db: Knex = stack.db): Promise<string[]> {
  return await db.transaction(async (trx) => {
    const ids: string[] = []
    for (let index = 0; index < count; index += 1)
      ids.push(await emitEvent(trx, 'session.created', userId, { sessionId: `ses_${index}` }))
    return ids
  })
}

const expectTaken = async (userId: string, ids: readonly string[], by = receiver) =>
  await expect.poll(() => by.takenOf(userId), WAIT).toEqual(ids)

describe('what comes', () => {
  test('what happens to a person, as CloudEvents of the published schemas, signed and in order', async () => {
    const person = await registerPerson(stack)
    await logIn(stack.client, person)
    const types = () =>
      receiver.received
        .filter(({ event }) => event.subject === person.id)
        .map(({ event }) => event.type)
    await expect
      .poll(types, WAIT)
      .toEqual(['user.registered', 'session.created', 'session.created'])
    const mine = receiver.received.filter(({ event }) => event.subject === person.id)
    expect(mine.map(({ event }) => schemaProblems(event))).toEqual(mine.map(() => null))
    for (const { headers, event } of mine) {
      expect(headers['webhook-id']).toBe(event.id)
      expect(headers['content-type']).toBe('application/json')
      expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2)
    }
    expect(JSON.stringify(mine)).not.toContain(person.email)
  })

  test('a target that knows the older secret alone takes them as well, and only the types that it wants', async () => {
    const person = await registerPerson(stack)
    await commands['grant-role'](deps(), { email: person.email, role: 'moderator' })
    const types = () =>
      second.received
        .filter(({ event }) => event.subject === person.id)
        .map(({ event }) => event.type)
    await expect.poll(types, WAIT).toEqual(['user.registered', 'role.granted'])
  })

  test('the signature is that of the specification', () => {
    const secret = new Secret(Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'))
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    }
    expect(signWebhook(message, [secret])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
})

describe('when it is not taken', () => {
  test('an event that fails comes again under its id, and holds back the later ones of that user alone', async () => {
    const [held, free] = [newUser(), newUser()]
    receiver.answer((event, response) => {
      response.writeHead(event.subject === held ? 500 : 200).end()
    })
    const waiting = await emit(held, 3)
    await expectTaken(free, await emit(free, 3))
    const tries = () => receiver.received.filter(({ event }) => event.subject === held)
    await expect.poll(() => tries().length, WAIT).toBeGreaterThan(1)
    expect(new Set(tries().map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([waiting[0]]),
    )
    await expect.poll(() => lagOf('billing'), WAIT).toMatchObject({ waiting: 3 })
    receiver.answer((_, response) => void response.writeHead(200).end())
    await expectTaken(held, waiting)
    await expect.poll(() => lagOf('billing'), WAIT).toMatchObject({ waiting: 0 })
  })

  test('a target that is away stops no other, and the metrics and doctor say what waits for it', async () => {
    const userId = newUser()
    await expectTaken(userId, await emit(userId, 2))
    const behind = await lagOf('dead')
    expect(behind?.waiting).toBeGreaterThan(1)
    expect(behind?.oldestSeconds).toBeGreaterThan(0)
    const metrics = await (await fetch(`${stack.auths[0]?.url}/metrics`)).text()
    expect(metrics).toMatch(/\nsallyport_webhook_events_waiting\{target="dead"\} [1-9]/)
    expect(metrics).toMatch(/\nsallyport_webhook_oldest_seconds\{target="dead"\} \d/)
    expect(await commands.doctor(deps())).toMatch(/webhook dead: waiting: \d+, the oldest for/)
    // The outbox itself has nothing to wait for.
    await expect.poll(() => stack.db('outbox_events').whereNull('published_at'), WAIT).toEqual([])
  })

  test('a redirect is not followed, wherever it leads', async () => {
    const moved = newUser()
    const elsewhere = await startReceiver()
    try {
      receiver.answer((event, response) => {
        const isMoved = event.subject === moved
        response.writeHead(isMoved ? 307 : 204, { location: elsewhere.url }).end()
      })
      await emit(moved, 1)
      const tries = () => receiver.received.filter(({ event }) => event.subject === moved)
      await expect.poll(() => tries().length, WAIT).toBeGreaterThan(1)
      expect(elsewhere.received).toEqual([])
    } finally {
      await elsewhere.stop()
    }
  })

  test('a replay brings events again, in order, with the ids that they had', async () => {
    const userId = newUser()
    const ids = await emit(userId, 3)
    await expectTaken(userId, ids)
    await expect.poll(() => stack.db('outbox_events').whereNull('published_at'), WAIT).toEqual([])
    const said = await commands['events replay'](deps(), {
      since: new Date(Date.now() - 600_000).toISOString(),
      user: userId,
    })
    expect(said).toContain('Opened 3 events again')
    await expectTaken(userId, [...ids, ...ids])
  })

  test('a replay of what is under way waits until that is over, and loses nothing', async () => {
    const userId = `usr_underway_${randomBytes(4).toString('hex')}`
    const older = await emit(userId, 1)
    await expectTaken(userId, older)
    const arrived: string[] = []
    let release = () => {}
    const isReleased = new Promise<void>((resolve) => {
      release = resolve
    })
    receiver.answer((event, response) => {
      if (event.subject !== userId) return void response.writeHead(204).end()
      arrived.push(event.id)
      void isReleased.then(() => response.writeHead(204).end())
    })
    const ids = [...older, ...(await emit(userId, 2))]
    await expect.poll(() => arrived, WAIT).toEqual([ids[1]])
    const unsent = () =>
      stack.db('outbox_events').where('user_id', userId).whereNull('published_at')
    await expect.poll(unsent, WAIT).toEqual([])
    const since = new Date(Date.now() - 600_000).toISOString()
    const said = await commands['events replay'](deps(), { since, user: userId })
    expect(said).toContain('Opened 3 events again')
    // Nobody else comes to it meanwhile, neither for what is under way nor for what stands before it.
    expect(await claimUsers(stack.db, 'billing', 100)).not.toContain(userId)
    expect(arrived).toEqual([ids[1]])
    release()
    await expectTaken(userId, ids)
    // The rest of the lease; this test does not wait for it.
    const waiting = () =>
      stack.db('webhook_deliveries').where({ target: 'billing', user_id: userId })
    await expect.poll(async () => (await waiting()).length, WAIT).toBe(3)
    await waiting().update({ available_at: stack.db.fn.now() })
    await expectTaken(userId, [...ids, ...ids])
  })

  test('an instance that dies between delivery and mark: the event comes again under the same id', async () => {
    const own = await startStack({ gateways: 0 })
    const target = await startReceiver()
    const secrets = [new Secret(randomBytes(32))]
    const settings = {
      log: pino({ level: 'silent' }),
      source: 'http://localhost:4000',
      targets: [{ name: 'billing', url: new URL(target.url), secrets, types: null }],
      allow: ['127.0.0.1'],
    }
    let dying: Awaited<ReturnType<typeof startWebhooks>> | undefined
    let living: typeof dying
    try {
      dying = await startWebhooks({ ...settings, db: mortal(own.db) })
      const ids = await emit('usr_crash', 2, own.db)
      await expectTaken('usr_crash', ids, target)
      await dying.stop()
      expect(await own.db('webhook_deliveries').orderBy('sequence').pluck('event_id')).toEqual(ids)
      // Another instance waits for the lease of the dead one; this test does not.
      await own.db('webhook_deliveries').update({ available_at: own.db.fn.now() })
      living = await startWebhooks({ ...settings, db: own.db })
      await expectTaken('usr_crash', [...ids, ...ids], target)
      const names = target.received.map(({ headers }) => headers['webhook-id'])
      expect(names).toEqual([...ids, ...ids])
      await expect.poll(() => own.db('webhook_deliveries'), WAIT).toEqual([])
    } finally {
      await living?.stop()
      await target.stop()
      await own.stop()
    }
  })
})

/** The database of an instance that is gone by the time it would write down what was taken. */
function mortal(db: Knex): Knex {
  let transactions = 0
  return new Proxy(db, {
    get: (real, name) => {
      if (name !== 'transaction') return Reflect.get(real, name)
      // The first one brings the targets in line.
      transactions += 1
      if (transactions === 1) return real.transaction.bind(real)
      return async () => {
        throw new Error('died')
      }
    },
  })
}

describe('how long and how much', () => {
  const message = { id: 'e', body: '{}' }
  const never = new AbortController().signal
  const target = (url: string) => ({
    name: 'x',
    url: new URL(url),
    secrets: [new Secret(randomBytes(32))],
    types: null,
  })

  test('one that does not answer, or drips its answer, is given up', async () => {
    const slow = await startReceiver()
    const sender = createWebhookSender({ allow: ['127.0.0.1'], timeoutMs: 300 })
    try {
      slow.answer(() => {})
      await expect(sender.send(target(slow.url), message, never)).rejects.toThrow()
      slow.answer((_, response) => void response.writeHead(200).write('x'))
      await expect(sender.send(target(slow.url), message, never)).rejects.toThrow()
    } finally {
      sender.stop()
      await slow.stop()
    }
  })

  test('an answer without an end is not read: its status counts', async () => {
    const endless = await startReceiver()
    const sender = createWebhookSender({ allow: ['127.0.0.1'] })
    try {
      endless.answer((_, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more)
        }
        response.writeHead(200)
        more()
      })
      await sender.send(target(endless.url), message, never)
    } finally {
      sender.stop()
      await endless.stop()
    }
  })

  test.each([
    ['a name that leads to this machine', 'http://localhost:PORT'],
    ['loopback', 'http://127.0.0.1:PORT'],
    ['loopback as a number', 'http://2130706433:PORT'],
    ['loopback in octal', 'http://0177.0.0.1:PORT'],
    ['loopback of IPv6', 'http://[::1]:PORT'],
    ['loopback mapped into IPv6', 'http://[::ffff:127.0.0.1]:PORT'],
    ['the address of everything here', 'http://0.0.0.0:PORT'],
    ['metadata of a cloud', 'http://169.254.169.254:PORT'],
  ])('%s is refused, and nothing is sent', async (_, url) => {
    const hidden = await startReceiver()
    const sender = createWebhookSender({ allow: [] })
    const { port } = new URL(hidden.url)
    try {
      await expect(sender.send(target(url.replace('PORT', port)), message, never)).rejects.toThrow(
        'WEBHOOK_ALLOW',
      )
      expect(hidden.received).toEqual([])
    } finally {
      sender.stop()
      await hidden.stop()
    }
  })

  test('which addresses are private, and what a list lets in', () => {
    const isAllowed = createAddressCheck(['10.1.0.0/16'])
    for (const address of [
      '10.2.0.1 172.16.0.1 192.168.1.1 100.64.0.1 198.18.0.1 224.0.0.1 255.255.255.255 192.0.2.1',
      'fe80::1 fc00::1 ff02::1 ::ffff:10.2.0.1 64:ff9b::a02:1 2002:a02:1::1 2001:db8::1 2001::1 ::',
    ].flatMap((text) => text.split(' ')))
      expect(isAllowed(address), address).toBe(false)
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '93.184.215.14', '2606:4700::6810:1'])
      expect(isAllowed(address), address).toBe(true)
    expect(isAllowed('example.com')).toBe(false)
  })
})

describe('settings', () => {
  const secret = `1:${randomBytes(32).toString('base64')}`
  const base = {
    PASSWORD_PEPPER: secret,
    CODE_KEY: secret,
    API_KEY_PEPPER: secret,
    KEY_ENCRYPTION_KEY: secret,
  }
  const production = {
    ...base,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://graph.example.com',
    DATABASE_URL: 'postgresql://localhost/x',
    SMTP_URL: 'smtp://localhost',
  }
  const read = (env: object) => readAuthConfig({ ...base, ...env }).webhooks

  test('names, secrets and types come together; without WEBHOOK_URLS there is none', () => {
    expect(read({}).targets).toEqual([])
    const { targets } = read({
      WEBHOOK_URLS: 'a=https://a.example/x?y=z,b=https://b.example',
      WEBHOOK_SECRETS: `a=${older},a=${newer},b=${other}`,
      WEBHOOK_TYPES: 'b=user.erased',
    })
    expect(targets.map(({ name, url, types }) => [name, url.href, types])).toEqual([
      ['a', 'https://a.example/x?y=z', null],
      ['b', 'https://b.example/', ['user.erased']],
    ])
    expect(targets[0]?.secrets.map((one) => one.release().toString('base64'))).toEqual(
      [older, newer].map((text) => text.replace('whsec_', '')),
    )
    expect(JSON.stringify(targets)).not.toContain(older.slice(6, 20))
  })

  const good = { WEBHOOK_SECRETS: `a=${older}` }
  test.each([
    [{ WEBHOOK_URLS: 'a=https://a.example' }, 'WEBHOOK_SECRETS: none for "a"'],
    [
      { WEBHOOK_URLS: 'a=https://a.example', WEBHOOK_SECRETS: 'a=whsec_c2hvcnQ=' },
      'WEBHOOK_SECRETS: one that is not a secret for "a"',
    ],
    [{ ...good, WEBHOOK_URLS: 'https://a.example' }, 'must read "name=https://…"'],
    [{ ...good, WEBHOOK_URLS: 'a=ftp://a.example' }, 'must read "name=https://…"'],
    [{ ...good, WEBHOOK_URLS: 'a=https://u:p@a.example' }, 'must read "name=https://…"'],
    [{ ...good, WEBHOOK_URLS: 'a=https://a.example,a=https://b.example' }, 'a name is there twice'],
    [{ ...good, WEBHOOK_URLS: '' }, 'WEBHOOK_SECRETS: has a name that WEBHOOK_URLS does not have'],
    [
      { ...good, WEBHOOK_URLS: 'a=https://a.example', WEBHOOK_TYPES: 'a=user.born' },
      'there is no event of type "user.born"',
    ],
    [{ ...good, WEBHOOK_URLS: 'a=http://10.0.0.1' }, 'is at a private network address'],
    [{ ...production, ...good, WEBHOOK_URLS: 'a=http://a.example' }, 'is not https'],
    [{ ...production, ...good, WEBHOOK_URLS: 'a=https://127.0.0.1' }, 'private network address'],
  ])('%# is refused in words that hold no secret', (env, words) => {
    const start = () => read(env)
    expect(start).toThrow(words)
    try {
      start()
    } catch (error) {
      expect(String(error)).not.toContain(older.slice(6, 20))
      expect(String(error)).not.toContain('c2hvcnQ=')
    }
  })

  test('a target that is no longer in the settings loses what waited for it, and no other does', async () => {
    const own = await startStack({ gateways: 0 })
    const away = (name: string) => ({
      name,
      url: new URL('http://127.0.0.1:9'),
      secrets: [new Secret(randomBytes(32))],
      types: null,
    })
    const log = pino({ level: 'silent' })
    const settings = { db: own.db, log, source: 'http://localhost:4000', allow: ['127.0.0.1'] }
    try {
      await (await startWebhooks({ ...settings, targets: [away('a'), away('b')] })).stop()
      await emit('usr_left', 2, own.db)
      await (await startWebhooks({ ...settings, targets: [away('b')] })).stop()
      expect(await readWebhookLag(own.db)).toMatchObject([{ target: 'b', waiting: 2 }])
    } finally {
      await own.stop()
    }
  })
})
