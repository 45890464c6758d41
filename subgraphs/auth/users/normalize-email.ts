// One spelling for each mailbox, so that no look-alike reaches another's account (Unicode TR 36; GitHub, 2016).
import { domainToASCII } from 'node:url'
import { badInput } from '../core/errors.ts'
import { text } from '../core/input.ts'

const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/
const DOMAIN =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

export interface EmailAddress {
  /** As mail is sent to it: the person's own spelling, with the domain in ASCII. */
  readonly address: string
  /** As accounts are found by it: lower case. */
  readonly normalized: string
}

/** With room for blanks around it. */
export const emailInput = text(320, 'Use at most 254 characters.')

/**
 * Accepts ASCII local parts only: a dotless i, a Kelvin sign or a full-width letter would fold onto a plain one.
 * Quoted local parts, trailing dots, NUL and line breaks within are refused as well. Blanks and line breaks around it, which
 * pasting and phones add, are no part of the address, at every door.
 * @throws AuthError BAD_USER_INPUT
 */
export function parseEmail(text: string, path = 'input.email'): EmailAddress {
  const email = parse(text)
  if (email === null)
    throw badInput(path, 'This is not an e-mail address that mail can be sent to.')
  return email
}

/** @returns null where `parseEmail` throws: login answers the same for every address */
export function tryParseEmail(text: string): EmailAddress | null {
  return parse(text)
}

function parse(text: string): EmailAddress | null {
  const trimmed = text.trim()
  if (trimmed.length > 254) return null
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, at)
  if (at < 1 || !LOCAL_PART.test(local) || local.startsWith('.') || local.endsWith('.')) return null
  if (local.includes('..')) return null
  // NFKC first: the address that mail goes to must be the one that the account is found by.
  const host = trimmed
    .slice(at + 1)
    .normalize('NFKC')
    .toLowerCase()
  // A URL ends its host there, and so would what reads the host out of one: `a@example.com/x` is nobody's address.
  if (/[/\\?#%:]/.test(host)) return null
  // It takes line breaks and tabs out without a word.
  if (/[\s\p{Cc}]/u.test(host)) return null
  const domain = domainToASCII(host)
  if (domain === '' || !DOMAIN.test(domain)) return null
  return { address: `${local}@${domain}`, normalized: `${local.toLowerCase()}@${domain}` }
}
