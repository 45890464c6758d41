// Pages of ours that another one may lead back to.

/** After a sign-in, as `returnTo`. */
export const ACCOUNT_PLACES = [
  '/account',
  '/account/password',
  '/account/email',
  '/account/app',
  '/account/passkey',
  '/account/recovery-codes',
  '/account/link',
] as const

/** After a session went on or a presence was confirmed, as `page`. `/sign-in` and `/consent` go on with the flow in the query. */
const PLACES: readonly string[] = [
  ...ACCOUNT_PLACES,
  '/sign-in',
  '/add-passkey',
  '/consent',
  '/oauth2/device',
]

export function readPlace(query: URLSearchParams, fallback: string): string {
  return PLACES.find((path) => path === query.get('page')) ?? fallback
}
