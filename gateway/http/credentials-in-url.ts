// URLs end up in histories, referers and logs: a credential that is found in one is burnt, and refused.
import { credentialInUrl } from '../refusals.ts'

const NAMES =
  /(?:^|&)(?:access_?token|id_?token|refresh_?token|token|jwt|api_?key|x-api-key|api_?secret|x-api-secret|secret|authorization|password)=/i
// Where a word begins, and at their length: `sort_by` is a field, and `ort_` stands in one of some thousand random states.
const OURS =
  /(?:^|[^\w-]|%[0-9a-f]{2})(?:sp[ks]_(?:live|test)_\w|[so]rt_[\w-]{22}(?:\.|%2e)|(?:scs|dvt)_[\w-]{43})/i
// A JWT too: from every "eyJ" of a long text the search would be quadratic.
const JWT = /(?:^|[^\w-]|%[0-9a-f]{2})eyJ[\w-]+(?:\.|%2e)eyJ/i

/**
 * @param hints Parameters that a standard puts an identity token into, which opens nothing: as `id_token_hint`, which an app
 *   logs out with (OpenID Connect RP-Initiated Logout 1.0, section 2). Any other credential is refused there too.
 */
export function refuseCredentialInUrl(search: string, hints: readonly string[] = []): void {
  if (search === '') return
  if (NAMES.test(search) || OURS.test(search)) throw credentialInUrl()
  const rest = hints.length === 0 ? search : withoutHints(search, hints)
  if (JWT.test(rest)) throw credentialInUrl()
}

function withoutHints(search: string, hints: readonly string[]): string {
  return search
    .split('&')
    .filter((pair) => {
      const mark = pair.indexOf('=')
      return !hints.includes(pair.slice(0, mark)) || isAccessToken(pair.slice(mark + 1))
    })
    .join('&')
}

/** By its header (RFC 9068, section 2.1), of which nothing is believed but that. */
function isAccessToken(text: string): boolean {
  const [header = ''] = text.split('.', 1)
  try {
    const { typ }: { typ?: unknown } = JSON.parse(Buffer.from(header, 'base64url').toString())
    return typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ)
  } catch {
    return false
  }
}
