// What a person is on the way to while they sign in. It stands in the query of every step, so it outlives reloads, tabs and cookies;
// nothing in it is a secret, and an address counts only when it is listed, letter by letter.
import type { AuthConfig } from '../config.ts'
import { ACCOUNT_PLACES } from './places.ts'

const KEYS = ['flow', 'returnTo', 'ui_locales'] as const
const FLOW = /^[\w~-]{1,128}$/

export interface Passage {
  /** Where somebody who is signed in goes on. */
  readonly destination: string
  /** The same by way of what is offered to them before. */
  readonly afterSignIn: string
  /** Its origin, where that is not ours. */
  readonly formTargets: readonly string[]
  /** A path of ours, with what is under way. */
  to(path: string, more?: Readonly<Record<string, string>>): string
}

/** Null for an address that is not listed, and for a flow that cannot be one. */
export function readPassage(
  query: URLSearchParams,
  {
    returnTo: listed,
    brand,
    publicUrl,
    passkeyOffer,
  }: Pick<AuthConfig, 'returnTo' | 'brand' | 'publicUrl' | 'passkeyOffer'>,
): Passage | null {
  const flow = query.get('flow')
  const returnTo = query.get('returnTo')
  if (KEYS.some((key) => query.getAll(key).length > 1)) return null
  if (flow !== null && !FLOW.test(flow)) return null
  const ends: readonly string[] = [brand.homeUrl, ...ACCOUNT_PLACES, ...listed]
  if (returnTo !== null && !ends.includes(returnTo)) return null
  // Without an application of its own the deployment has the account to show.
  const home = brand.homeUrl === `${publicUrl}/` ? '/account' : brand.homeUrl
  const destination = flow === null ? (returnTo ?? home) : `/consent?flow=${flow}`
  const { origin } = new URL(destination, publicUrl)
  const to = (path: string, more: Readonly<Record<string, string>> = {}) => {
    const kept = new URLSearchParams(more)
    for (const key of KEYS) {
      const value = query.get(key)
      if (value !== null) kept.set(key, value)
    }
    const text = kept.toString()
    return text === '' ? path : `${path}?${text}`
  }
  return {
    destination,
    afterSignIn: passkeyOffer === 'after-password' ? to('/add-passkey') : destination,
    formTargets: origin === publicUrl ? [] : [origin],
    to,
  }
}
