// Changes the address rules in one transaction, and never so that the admin who does it is shut out.
import type { Knex } from 'knex'
import { AddressRule, admitsAdmin, rulesOfSettings } from '../core/address-rule.ts'
import { lock } from '../core/advisory-lock.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Admin, requireAdmin } from '../roles/require-admin.ts'

/** @throws AuthError CONFLICT when the rules that result would refuse the caller's own address */
export async function changeRules<T>(
  deps: AuthDeps,
  { claims, origin }: Caller,
  change: (trx: Knex, admin: Admin) => Promise<T>,
): Promise<T> {
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, claims)
    // Two changes that are harmless one by one may shut out together: they come one after the other.
    await lock(trx, 'addressRules')
    const result = await change(trx, admin)
    const rules = [...rulesOfSettings(deps.config), ...(await AddressRule.query(trx))]
    if (!admitsAdmin(rules, origin.ipAddress)) {
      throw new AuthError('CONFLICT', {
        message: `This would shut you out: you come from ${origin.ipAddress ?? 'an unknown address'}. Allow that first.`,
      })
    }
    return result
  })
}
