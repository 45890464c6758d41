// Allows or denies a network. Every gateway knows within the revocation bound.
import { isNetwork } from '@sallyport/claims/networks'
import { z } from 'zod'
import { AddressRule, MAX_RULES } from '../core/address-rule.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { newId } from '../core/identifiers.ts'
import { type Limits, parseInput, trimmed } from '../core/input.ts'
import type { CreateAddressRuleInput } from '../generated.ts'
import { changeRules } from './change-rules.ts'

const limits = {
  network: z.string().trim().max(64),
  note: trimmed(200),
} satisfies Limits<CreateAddressRuleInput>

/** The same rule again is success. @throws AuthError BAD_USER_INPUT; CONFLICT when it would shut the caller out */
export async function createAddressRule(
  deps: AuthDeps,
  caller: Caller,
  input: CreateAddressRuleInput,
): Promise<AddressRule> {
  const { action, appliesTo, network, note } = parseInput(limits, input)
  if (!isNetwork(network)) {
    throw badInput('input.network', 'This is neither an address nor a CIDR range.')
  }
  return await changeRules(deps, caller, async (trx, admin) => {
    const [count] = await trx('address_rules').count()
    if (Number(count?.count ?? 0) >= MAX_RULES) {
      throw new AuthError('CONFLICT', { message: `There are ${MAX_RULES} rules already.` })
    }
    const rule = { action, applies_to: appliesTo ?? 'EVERYBODY', network }
    await trx('address_rules')
      .insert({ id: newId('net'), ...rule, note: note || null, created_by: admin.user.id })
      .onConflict(['action', 'applies_to', 'network'])
      .ignore()
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'address_rule.created',
      detail: rule,
    })
    return await AddressRule.query(trx).findOne(rule).throwIfNotFound()
  })
}
