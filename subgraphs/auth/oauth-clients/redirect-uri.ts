// Where an app may be sent back to: compared letter by letter later, so what could be read in two ways is refused at once
// (RFC 8252, RFC 9700 2.1).

const MAX_LENGTH = 500
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
/** Reverse domain notation (RFC 8252, 7.1): anything else belongs to somebody, as `mailto:` and `javascript:`. */
const OWN_SCHEME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/

/** @returns a sentence that says what is wrong with it; null: nothing */
export function problemOfRedirect(uri: string): string | null {
  if (uri.length > MAX_LENGTH) return `Use at most ${MAX_LENGTH} characters.`
  // The parser of URLs drops or rewrites these without a word.
  if (/[\s\\#*\p{Cc}]/u.test(uri)) return 'It has a blank, a backslash, a "*" or a fragment.'
  if (!URL.canParse(uri)) return 'This is not an absolute URI.'
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '') return 'It has a user or a password.'
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  if (!isWeb) {
    return OWN_SCHEME.test(url.protocol)
      ? null
      : 'Use https, http on this very machine, or a scheme such as com.example.app.'
  }
  if (uri !== url.href && uri !== url.href.replace(/\/$/, '')) {
    return `Write it as ${url.href}.`
  }
  if (url.protocol === 'http:' && !LOOPBACK.includes(url.hostname)) {
    return 'Use https: http is for loopback addresses alone.'
  }
  return null
}

/** Letter by letter; on this very machine the port may be any (RFC 8252, 7.3). */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  if (registered.includes(uri)) return true
  const here = withoutPort(uri)
  return here !== null && registered.some((one) => withoutPort(one) === here)
}

/** null: it is on another machine, or written in another way than it could be registered */
function withoutPort(uri: string): string | null {
  if (problemOfRedirect(uri) !== null) return null
  const url = new URL(uri)
  if (url.protocol !== 'http:') return null
  url.port = ''
  return url.href
}

/** What answers there has a certificate of its own making: the protocol's library takes it for no native app's. */
export function isSecureHere(uri: string): boolean {
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' && LOOPBACK.includes(hostname)
}
