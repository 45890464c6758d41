// Takes a rule away.
import { AddressRule } from '../core/address-rule.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { DeleteAddressRuleInput } from '../generated.ts'
import { changeRules } from './change-rules.ts'

const limits = { id } satisfies Limits<DeleteAddressRuleInput>

/** @throws AuthError NOT_FOUND; CONFLICT when the rules that are left would shut the caller out */
export async function deleteAddressRule(
  deps: AuthDeps,
  caller: Caller,
  input: DeleteAddressRuleInput,
): Promise<{ id: string }> {
  const { id } = parseInput(limits, input)
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
