// Who may do what: every operation of the graph, for every kind of caller. A new root field without a row fails.
import { readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from './harness.ts'
import { refreshWith, registerPerson } from './people.ts'

type Caller = 'anonymous' | 'apiKey' | 'user' | 'moderator' | 'admin'
type Outcome = 'pass' | 'denied' | 401 | 403
type Row = readonly [
  operation: string,
  anonymous: Outcome,
  apiKey: Outcome,
  user: Outcome,
  moderator: Outcome,
  admin: Outcome,
]

const CALLERS: readonly Caller[] = ['anonymous', 'apiKey', 'user', 'moderator', 'admin']
const PASS = ['pass', 'pass', 'pass', 'pass', 'pass'] as const
const SIGNED_IN = [401, 'pass', 'pass', 'pass', 'pass'] as const
const SESSION = [401, 403, 'pass', 'pass', 'pass'] as const
const MODERATOR = [401, 403, 403, 'pass', 403] as const
const ADMIN = [401, 403, 403, 403, 'pass'] as const

/**
 * `pass`: the rules of gateway and subgraph let it through; what the resolver then says is its own.
 * `denied`: the gateway cannot tell, and the subgraph refuses.
 */
const MATRIX = {
  'Query.viewer': ['{ viewer { kind } }', ...PASS],
  'Query.user': ['{ user(id: "usr_nobody") { id } }', 401, 'denied', 'denied', 'denied', 'pass'],
  'Query.signInMethods': ['{ signInMethods { password } }', ...PASS],
  'Query.users': ['{ users(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Query.roles': ['{ roles(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Query.addressRules': ['{ addressRules(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Query.products': ['{ products(first: 1) { pageInfo { hasNextPage } } }', ...PASS],
  'Query.product': ['{ product(id: "prd_none") { id } }', ...PASS],
  'Query.hiddenReviews': ['{ hiddenReviews(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Query.auditEvents': ['{ auditEvents(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Query.erasureStatus': ['{ erasureStatus(receiptId: "rcp_none") { status } }', ...PASS],
  'Query.erasures': ['{ erasures(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Mutation.register': [
    'mutation { register(input: { email: "x", password: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.login': [
    'mutation { login(input: { email: "x", password: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.startEmailLogin': [
    'mutation { startEmailLogin(input: { email: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.startPasskeyLogin': [
    'mutation { startPasskeyLogin(input: { verificationId: "x" }) { verificationId } }',
    ...PASS,
  ],
  'Mutation.openSignInLink': [
    'mutation { openSignInLink(input: { token: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.verifySession': [
    'mutation { verifySession(input: { verificationId: "x", code: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.enrolFactor': [
    'mutation { enrolFactor(input: { verificationId: "x", method: TOTP }) { __typename } }',
    ...PASS,
  ],
  'Mutation.resendVerification': [
    'mutation { resendVerification(input: { verificationId: "x" }) { id } }',
    ...PASS,
  ],
  'Mutation.refresh': [
    'mutation { refresh(input: { refreshToken: "x" }) { __typename } }',
    ...PASS,
  ],
  'Mutation.logout': [
    'mutation { logout(input: { refreshToken: "x", scope: CURRENT }) { revokedSessionIds } }',
    'pass',
    'pass',
    'pass',
    'pass',
    'pass',
  ],
  'Mutation.reauthenticate': [
    'mutation { reauthenticate(input: { password: "x" }) { __typename } }',
    ...SESSION,
  ],
  'Mutation.revokeSession': [
    'mutation { revokeSession(input: { sessionId: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.updateProfile': [
    'mutation { updateProfile(input: { fullName: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.startProviderLogin': [
    'mutation { startProviderLogin(input: { provider: "x" }) { verificationId } }',
    ...PASS,
  ],
  'Mutation.linkIdentity': [
    'mutation { linkIdentity(input: { provider: "x" }) { verificationId } }',
    ...SESSION,
  ],
  'Mutation.confirmIdentity': [
    'mutation { confirmIdentity(input: { verificationId: "x", providerAnswer: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.unlinkIdentity': [
    'mutation { unlinkIdentity(input: { identityId: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.startTotp': ['mutation { startTotp { factorId } }', ...SESSION],
  'Mutation.startPasskey': ['mutation { startPasskey { verificationId } }', ...SESSION],
  'Mutation.confirmPasskey': [
    'mutation { confirmPasskey(input: { verificationId: "x", response: {} }) { id } }',
    ...SESSION,
  ],
  'Mutation.confirmTotp': [
    'mutation { confirmTotp(input: { factorId: "x", code: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.forgetDevice': [
    'mutation { forgetDevice(input: { deviceId: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.renameFactor': [
    'mutation { renameFactor(input: { factorId: "x", name: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.removeFactor': [
    'mutation { removeFactor(input: { factorId: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.createRecoveryCodes': ['mutation { createRecoveryCodes { codes } }', ...SESSION],
  'Mutation.addEmail': ['mutation { addEmail(input: { email: "x" }) { id } }', ...SESSION],
  'Mutation.verifyEmail': [
    'mutation { verifyEmail(input: { verificationId: "x", code: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.setPrimaryEmail': [
    'mutation { setPrimaryEmail(input: { id: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.removeEmail': ['mutation { removeEmail(input: { id: "x" }) { id } }', ...SESSION],
  'Mutation.undoEmailChange': [
    'mutation { undoEmailChange(input: { token: "x" }) { resetToken } }',
    ...PASS,
  ],
  'Mutation.denySession': [
    'mutation { denySession(input: { token: "x" }) { resetToken } }',
    ...PASS,
  ],
  'Mutation.changePassword': [
    'mutation { changePassword(input: { currentPassword: "x", newPassword: "x" }) { __typename } }',
    ...SESSION,
  ],
  'Mutation.requestPasswordReset': [
    'mutation { requestPasswordReset(input: { email: "x" }) { id } }',
    ...PASS,
  ],
  'Mutation.resetPassword': [
    'mutation { resetPassword(input: { token: "x", newPassword: "x" }) { email } }',
    ...PASS,
  ],
  'Mutation.createUser': ['mutation { createUser(input: { email: "x" }) { id } }', ...ADMIN],
  'Mutation.resendInvitation': [
    'mutation { resendInvitation(input: { id: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.updateUser': ['mutation { updateUser(input: { id: "x" }) { id } }', ...ADMIN],
  'Mutation.suspendUser': ['mutation { suspendUser(input: { id: "x" }) { id } }', ...ADMIN],
  'Mutation.reinstateUser': ['mutation { reinstateUser(input: { id: "x" }) { id } }', ...ADMIN],
  'Mutation.revokeUserSessions': [
    'mutation { revokeUserSessions(input: { userId: "x" }) { revokedSessionIds } }',
    ...ADMIN,
  ],
  'Mutation.revokeGrant': ['mutation { revokeGrant(input: { id: "x" }) { id } }', ...SESSION],
  'Query.clients': ['{ clients(first: 1) { pageInfo { hasNextPage } } }', ...ADMIN],
  'Mutation.registerClient': [
    'mutation { registerClient(input: { name: "x", redirectUris: [], grantTypes: [], scopes: [] }) { secret } }',
    ...ADMIN,
  ],
  'Mutation.updateClient': ['mutation { updateClient(input: { id: "x" }) { id } }', ...ADMIN],
  'Mutation.rotateClientSecret': [
    'mutation { rotateClientSecret(input: { id: "x" }) { secret } }',
    ...ADMIN,
  ],
  'Mutation.deleteClient': ['mutation { deleteClient(input: { id: "x" }) { id } }', ...ADMIN],
  'Mutation.resetUserFactors': [
    'mutation { resetUserFactors(input: { userId: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.createRole': [
    'mutation { createRole(input: { name: "X", rank: 1 }) { name } }',
    ...ADMIN,
  ],
  'Mutation.updateRole': ['mutation { updateRole(input: { name: "x" }) { name } }', ...ADMIN],
  'Mutation.deleteRole': ['mutation { deleteRole(input: { name: "x" }) { name } }', ...ADMIN],
  'Mutation.grantRole': [
    'mutation { grantRole(input: { userId: "x", role: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.revokeRole': [
    'mutation { revokeRole(input: { userId: "x", role: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.createAddressRule': [
    'mutation { createAddressRule(input: { action: DENY, network: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.deleteAddressRule': [
    'mutation { deleteAddressRule(input: { id: "x" }) { id } }',
    ...ADMIN,
  ],
  'Mutation.createApiKey': ['mutation { createApiKey(input: { name: "" }) { key } }', ...SESSION],
  'Mutation.verifyApiKey': [
    'mutation { verifyApiKey(input: { verificationId: "x", code: "x" }) { id } }',
    ...SESSION,
  ],
  'Mutation.updateApiKey': ['mutation { updateApiKey(input: { id: "x" }) { id } }', ...SESSION],
  'Mutation.rotateApiKey': ['mutation { rotateApiKey(input: { id: "x" }) { key } }', ...SESSION],
  'Mutation.revokeApiKey': ['mutation { revokeApiKey(input: { id: "x" }) { id } }', ...SESSION],
  'Mutation.deleteAccount': ['mutation { deleteAccount { __typename } }', ...SESSION],
  'Mutation.confirmAccountDeletion': [
    'mutation { confirmAccountDeletion(input: { verificationId: "x", code: "x" }) { receiptId } }',
    ...SESSION,
  ],
  'Mutation.deleteUser': [
    'mutation { deleteUser(input: { userId: "usr_none" }) { receiptId } }',
    ...ADMIN,
  ],
  'Mutation.addReview': [
    'mutation { addReview(input: { productId: "x", rating: 9, body: "x" }) { __typename } }',
    ...SIGNED_IN,
  ],
  'Mutation.hideReview': [
    'mutation { hideReview(input: { reviewId: "x", reason: "x" }) { __typename } }',
    ...MODERATOR,
  ],
} satisfies Record<string, Row>

const REFUSALS: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN']

let stack: Stack
const headers = new Map<Caller, Readonly<Record<string, string>>>()

beforeAll(async () => {
  stack = await startStack({ reviews: true, env: { API_KEY_VERIFICATION: 'off' } })
  for (const caller of CALLERS) headers.set(caller, await headersOf(caller))
})
afterAll(async () => {
  await stack?.stop()
})

async function headersOf(caller: Caller): Promise<Readonly<Record<string, string>>> {
  if (caller === 'anonymous') return {}
  const person = await registerPerson(stack)
  if (caller === 'user') return person.headers
  if (caller === 'apiKey') {
    const created = await stack.client.send(
      'mutation { createApiKey(input: { name: "k", roles: ["user"] }) { key secret } }',
      {},
      person.headers,
    )
    const { key, secret } = created.data.createApiKey
    return { 'x-api-key': key, 'x-api-secret': secret }
  }
  const deps = stack.auths[0]?.deps
  if (deps === undefined) throw new Error('no auth instance')
  await commands['grant-role'](deps, { email: person.email, role: caller })
  const refreshed = await refreshWith(stack.client, person.refreshToken)
  return { authorization: `Bearer ${refreshed.data.refresh.tokens.accessToken}` }
}

test('every root field of the graph has a row', () => {
  const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'))
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
  )
  expect(Object.keys(MATRIX).sort()).toEqual(fields.sort())
})

// Logout comes last: it ends the sessions of its callers.
const rows = Object.entries(MATRIX).sort(
  ([a], [b]) => Number(a.endsWith('logout')) - Number(b.endsWith('logout')),
)

for (const [field, [operation, ...outcomes]] of rows) {
  test(`${field}: ${CALLERS.map((caller, index) => `${caller} ${outcomes[index]}`).join(', ')}`, async () => {
    for (const [index, caller] of CALLERS.entries()) {
      const answer = await stack.client.send(operation, {}, headers.get(caller) ?? {})
      const outcome = outcomes[index]
      if (outcome === 'pass' || outcome === 'denied') {
        expect(answer.status, `${caller}: ${answer.text}`).toBe(200)
        // What the subgraph refuses is a field error: the second door, which counts where the gateway errs.
        const [, root] = field.split('.')
        const isDenied = answer.errors.some(
          ({ path, extensions }) => path?.[0] === root && REFUSALS.includes(extensions.code),
        )
        expect(isDenied, `${caller}: ${answer.text}`).toBe(outcome === 'denied')
        continue
      }
      expect(answer.status, `${caller}: ${answer.text}`).toBe(outcome)
      expect(answer.data).toBeUndefined()
    }
  })
}
