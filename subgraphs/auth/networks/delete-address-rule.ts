// Takes a rule away.
import { z } from 'zod'
import { AddressRule } from '../core/address-rule.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { changeRules } from './change-rules.ts'

const deleteAddressRuleInput = z.object({ id: z.string().max(128) })

/** @throws AuthError NOT_FOUND; CONFLICT when the rules that are left would shut the caller out */
export async function deleteAddressRule(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<{ id: string }> {
  const { id } = parseInput(deleteAddressRuleInput, input)
  return await changeRules(deps, caller, async (trx, admin) => {
    const rule = await AddressRule.query(trx).findById(id)
    if (rule === undefined) throw new AuthError('NOT_FOUND')
    await AddressRule.query(trx).deleteById(id)
    const { action, applies_to, network } = rule
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'address_rule.deleted',
      detail: { action, applies_to, network },
    })
    return { id }
  })
}
