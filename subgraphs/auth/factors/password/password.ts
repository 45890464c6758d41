// The password as a factor.
import type { Factor } from '../factor.ts'
import { storedPasswordOf } from './set-password.ts'

export const password = {
  place: 'first',
  offeredAs: 'password',
  begin: async (_trx, _deps, user) => (storedPasswordOf(user) === null ? null : {}),
  // Nobody's password costs one hash too.
  check: async ({ hasher }, { user, secret, deadline }) =>
    await hasher.verify(secret, storedPasswordOf(user ?? undefined), deadline),
  amr: () => ['pwd'],
} satisfies Factor
