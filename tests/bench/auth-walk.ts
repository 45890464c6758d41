// Once through everything that is asked often, against an auth in this process whose statements are watched.
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { createAuth } from '../../subgraphs/auth/auth.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { sweep } from '../../subgraphs/auth/housekeeping/sweep.ts'
import { createMailbox, type Mailbox } from '../mailbox.ts'
import { type CrowdSize, crowdApiKey, crowdSession, crowdUser } from './auth-crowd.ts'
import { type AuthDoor, createAuthDoor } from './auth-door.ts'
import { findBadPlans, type Plan, watchPlans } from './auth-plans.ts'
import { type AuthWorld, PASSWORD, SECRET } from './auth-world.ts'

export interface Walk {
  readonly plans: readonly Plan[]
  /** What is wrong with them, a sentence each. */
  readonly bad: readonly string[]
}

interface Visit {
  readonly door: AuthDoor
  readonly size: CrowdSize
  readonly mailbox: Mailbox
}

const SIGNED_IN = `user { id roles } session { id } tokens { accessToken refreshToken }`
const AUTH_RESULT = `__typename ... on SignedIn { ${SIGNED_IN} } ... on VerificationRequired { verification { id } }`
export const REFRESH = `mutation Refresh($input: RefreshInput) { refresh(input: $input) { ${SIGNED_IN} } }`
export const LOGIN = `mutation Login($input: LoginInput!) { login(input: $input) { ${AUTH_RESULT} } }`
const REGISTER = `mutation Register($input: RegisterInput!) { register(input: $input) { verification { id } } }`
const VERIFY = `mutation Verify($input: VerifySessionInput!) { verifySession(input: $input) { ${AUTH_RESULT} } }`
const RESET = `mutation Reset($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { sentTo } }`
const OWN_LISTS = `{ viewer {
  user { email emails { email } sessions(first: 20) { edges { node { id status } } } apiKeys(first: 20) { edges { node { id } } } }
  session { id } activity(first: 20) { edges { node { id } } }
} }`
const USERS = `query Users($search: String, $filter: UserFilter, $orderBy: UserOrder, $after: String) {
  users(first: 20, search: $search, filter: $filter, orderBy: $orderBy, after: $after) {
    edges { node { id email roles } } pageInfo { endCursor }
  }
}`
const AUDIT = `query Audit($filter: AuditFilter) { auditEvents(first: 20, filter: $filter) { edges { node { id } } } }`
const BACKGROUND_MS = 1_500

/** @param size of the crowd that fills the world's database */
export async function walk(world: AuthWorld, size: CrowdSize): Promise<Walk> {
  const watch = watchPlans(world.databaseUrl)
  const mailbox = createMailbox()
  watch.begin('start')
  const auth = await createAuth(readAuthConfig({ ...world.env, AUTH_PORT: '0' }), {
    database: watch.database,
    mail: mailbox,
    log: pino({ level: 'silent' }),
    consumers: [
      {
        name: 'bench',
        types: ['session.created', 'session.revoked'],
        handle: async () => undefined,
      },
    ],
  })
  const door = createAuthDoor(auth.url, world, 4)
  const { db } = watch.database
  try {
    watch.begin('revocation feed, from the start')
    const feed = await door.listen()
    // Feed, outbox, mail and audit chain, while something arrives for each of them.
    await registerSomebody({ door, size, mailbox })
    watch.begin('in the background')
    await sleep(BACKGROUND_MS)
    for (const [step, visit] of Object.entries(steps)) {
      watch.begin(step)
      await visit({ door, size, mailbox })
    }
    watch.begin('housekeeping')
    await sweep(db)
    await fetch(`${auth.url}/metrics`)
    await feed.stop()
    const plans = watch.plans()
    return { plans, bad: await findBadPlans(db, plans) }
  } finally {
    await door.stop()
    await auth.stop()
  }
}

const steps: Readonly<Record<string, (visit: Visit) => Promise<unknown>>> = {
  refresh: async ({ door, size }) => {
    const { refreshToken } = crowdSession(11, size)
    await door.graphql({ query: REFRESH, variables: { input: { refreshToken } } })
    await door.graphql({ query: REFRESH, variables: { input: { refreshToken } } })
  },
  'API key': ({ door, size }) => {
    const { key } = crowdApiKey(12, size)
    return door.credentials({ type: 'api-key', key, secret: SECRET, address: '10.0.0.1' })
  },
  'live session': ({ door, size }) => {
    const { id, userId } = crowdSession(13, size)
    return door.credentials({
      type: 'live',
      principal: { kind: 'user', sub: userId, sid: id, ver: 1 },
    })
  },
  'live API key': ({ door, size }) => {
    const { id, userId } = crowdApiKey(14, size)
    return door.credentials({
      type: 'live',
      principal: { kind: 'api-key', sub: userId, key_id: id },
    })
  },
  // A gateway whose feed went quiet asks for those that it has in its cache, a thousand at a time.
  'many credentials at once': ({ door, size }) => {
    const upTo = (count: number) =>
      Array.from({ length: Math.min(count, 1_000) }, (_, index) => 100 + index)
    const sessions = upTo(size.sessions / 1000).map((n) => crowdSession(n, size))
    return door.credentials({
      type: 'check',
      sessions: sessions.map(({ id, userId }) => ({ sid: id, sub: userId, ver: 1 })),
      apiKeys: upTo(size.apiKeys / 1000).map((n) => crowdApiKey(n, size).id),
    })
  },
  'login, known device': ({ door }) => {
    const { email, deviceToken, address } = crowdUser(15)
    const input = { email, password: PASSWORD, deviceToken }
    return door.graphql({ query: LOGIN, variables: { input }, address })
  },
  'login, new device': ({ door }) => {
    const { email, address } = crowdUser(16)
    return door.graphql({
      query: LOGIN,
      variables: { input: { email, password: PASSWORD } },
      address,
    })
  },
  'login, wrong password': async ({ door }) => {
    const { email, address } = crowdUser(17)
    const input = { email, password: 'another long pass phrase' }
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await door.graphql({ query: LOGIN, variables: { input }, address, mayFail: true })
    }
  },
  register: registerSomebody,
  'password reset': ({ door }) => {
    return door.graphql({ query: RESET, variables: { input: { email: crowdUser(18).email } } })
  },
  'lists of one person': ({ door, size }) =>
    door.graphql({ query: OWN_LISTS, as: person(19, size) }),
  logout: ({ door, size }) => {
    return door.graphql({
      query: 'mutation { logout(input: { scope: ALL }) { revokedSessionIds } }',
      as: person(21, size),
    })
  },
  'list of users': async ({ door, size }) => {
    const as = { ...person(size.users, size), roles: ['user', 'admin'] }
    const ask = (variables: object) => door.graphql({ query: USERS, variables, as })
    const { users } = await ask({})
    await ask({ after: users.pageInfo.endCursor })
    await ask({ search: 'person1234@' })
    await ask({ search: 'example.com', orderBy: { field: 'NAME', direction: 'DESC' } })
    await ask({ filter: { status: 'SUSPENDED' } })
    await ask({ filter: { role: 'admin' } })
    await ask({ filter: { role: 'user' }, orderBy: { field: 'EMAIL' } })
    await door.graphql({ query: AUDIT, as })
  },
}

async function registerSomebody({ door, mailbox }: Visit): Promise<void> {
  const email = `new${Math.random().toString(36).slice(2)}@example.com`
  const input = { email, password: PASSWORD }
  const { register } = await door.graphql({ query: REGISTER, variables: { input } })
  const code = await mailbox.takeCode(email)
  const verificationId = register.verification.id
  await door.graphql({ query: VERIFY, variables: { input: { verificationId, code } } })
}

/** Who a gateway says is asking, from the nth session. */
function person(n: number, size: CrowdSize) {
  const { id, userId } = crowdSession(n, size)
  return {
    kind: 'user' as const,
    sub: userId,
    sid: id,
    roles: ['user'],
    email_verified: true,
    amr: ['pwd'],
    auth_time: Math.floor(Date.now() / 1000),
  }
}
