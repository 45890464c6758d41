// Steps "address" and "admin-address": refuses networks that may not use the graph, before anything else is looked at.
import type { AddressRules } from '../authorize/address-rules.ts'
import { addressDenied } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function checkAddress(parts: { readonly addressRules: AddressRules }) {
  return function address({ caller }: GatewayRequest): void {
    if (!parts.addressRules.admitsEverybody(caller.address)) throw addressDenied()
  }
}

export function checkAdminAddress(parts: { readonly addressRules: AddressRules }) {
  return function adminAddress({ caller, principal }: GatewayRequest): void {
    if (!principal.claims.roles.includes('admin')) return
    if (!parts.addressRules.admitsAdmin(caller.address)) throw addressDenied()
  }
}
