// What attempts are counted under. The kind of each identifier is part of the key, so that counts of different kinds never
// meet: anyone who types a user's id as an e-mail address counts at a text that is not an address, and at nobody's account.
import { createHash } from 'node:crypto'

export interface Identifiers {
  /** Normalised. */
  readonly email?: string
  /** Typed where an address belongs, and none. */
  readonly text?: string
  readonly user?: string
  readonly session?: string
  /** Hash of a device token. */
  readonly device?: string
  /** From `networkOf`. */
  readonly network?: string
  /** Hash of a verification's id. */
  readonly verification?: string
  readonly purpose?: string
}

declare const counted: unique symbol

/** Of one length, however long what was typed, and of no use to anyone who reads the table of counters. */
export type CountKey = string & { readonly [counted]: true }

/** Names and values as JSON, in one order: no value can look like another name. */
export function countKey(identifiers: Identifiers): CountKey {
  const entries = Object.entries(identifiers).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(entries)).digest('base64url') as CountKey
}
