// Allows or denies a network. Every gateway knows within the revocation bound.

import { isNetwork } from '@sallyport/claims/networks'
import { z } from 'zod'
import { AddressRule, MAX_RULES } from '../core/address-rule.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput, parseInput } from '../core/errors.ts'
import { newId } from '../core/identifiers.ts'
import { changeRules } from './change-rules.ts'

const createAddressRuleInput = z.object({
  action: z.enum(['ALLOW', 'DENY']),
  appliesTo: z.enum(['EVERYBODY', 'ADMINS']).nullish(),
  network: z.string().trim().max(64),
  note: z.string().trim().max(200, 'Use at most 200 characters.').nullish(),
})

/** The same rule again is success. @throws AuthError BAD_USER_INPUT; CONFLICT when it would shut the caller out */
export async function createAddressRule(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<AddressRule> {
  const { action, appliesTo, network, note } = parseInput(createAddressRuleInput, input)
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
