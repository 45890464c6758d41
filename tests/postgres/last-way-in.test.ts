// The last two ways in, or the last two factors where policy demands one, taken away at once over two instances of auth: one stays.
import { expect, test } from 'vitest'
import { askWith } from '../auth/factors/ask.ts'
import { addPasskey } from '../auth/factors/passkey-people.ts'
import { enrolApp } from '../authenticator.ts'
import { startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'

const REMOVE = `mutation Remove($input: RemoveFactorInput!) { removeFactor(input: $input) { factors { id } } }`
const ROUNDS = 5

test.each([
  [{ SIGN_IN_METHODS: 'passkey' }, 'LAST_WAY_IN'],
  [{ MFA: 'required', MFA_REQUIRED_ROLES: 'staff' }, 'FACTOR_REQUIRED'],
])('with %o one of two that are removed at once stays: %s', async (env, reason) => {
  const stack = await startStack({ env, auths: 2, gateways: 2 })
  try {
    await stack.db('roles').insert({ name: 'staff', rank: 1, scopes: [] })
    for (let round = 0; round < ROUNDS; round += 1) {
      await stack.db('throttles').delete()
      const hasPassword = reason === 'FACTOR_REQUIRED'
      const person = await registerPerson(stack, hasPassword ? {} : { password: null })
      await stack.db('user_roles').insert({ user_id: person.id, role_name: 'staff' })
      const first = (await addPasskey(stack, person)).confirmed.id
      const second = hasPassword
        ? (await enrolApp(stack, person)).factorId
        : (await addPasskey(stack, person)).confirmed.id
      const answers = await Promise.all(
        [first, second].map((factorId, index) =>
          askWith(stack.clientOf(index), REMOVE, { factorId }, person.headers),
        ),
      )
      const refused = answers.filter(({ code }) => code !== undefined)
      expect(refused.map(({ extensions }) => extensions.reason)).toEqual([reason])
      expect(await stack.db('factors').where('user_id', person.id)).toHaveLength(1)
    }
  } finally {
    await stack.stop()
  }
})
