// Ties a form to the page and the browser that it was shown in (CSRF): a cookie that other sites can neither read nor set,
// and its hash with the page's name in the form.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readCookie } from './page-cookies.ts'

const NAME = '__Host-form'
const SHAPE = /^[\w-]{32}$/

export interface FormTie {
  /** For the hidden field of the form. */
  readonly token: string
  readonly cookie: { readonly name: string; readonly value: string }
}

/** Keeps what the browser has, so that two pages in two tabs both work. */
export function tieForm(page: string, cookieHeader: string | undefined): FormTie {
  const kept = readCookie(cookieHeader, NAME)
  const value = kept !== null && SHAPE.test(kept) ? kept : randomBytes(24).toString('base64url')
  return { token: tokenFor(page, value), cookie: { name: NAME, value } }
}

export function isTied(page: string, token: string, cookieHeader: string | undefined): boolean {
  const kept = readCookie(cookieHeader, NAME)
  if (kept === null || !SHAPE.test(kept)) return false
  const expected = Buffer.from(tokenFor(page, kept))
  const presented = Buffer.from(token)
  return presented.length === expected.length && timingSafeEqual(presented, expected)
}

function tokenFor(page: string, value: string): string {
  return createHash('sha256').update(`form\0${page}\0${value}`).digest('base64url')
}
