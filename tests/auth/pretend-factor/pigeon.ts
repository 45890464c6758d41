// A factor that nobody has asked for: a pigeon carries six digits. All of it is in this folder.
import type { Factor } from '../../../subgraphs/auth/factors/factor.ts'

export const PIGEON_CODE = '246810'

export const pigeon = {
  place: 'further',
  begin: async (_trx, _deps, user) =>
    user.full_name?.includes('Dovecote') ? { state: { ring: user.id } } : null,
  check: async (_deps, { user, challenge, secret }) =>
    secret === PIGEON_CODE && user !== null && challenge?.factor_state.TOTP?.ring === user.id,
  amr: () => ['hwk'],
} satisfies Factor
