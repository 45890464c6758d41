// PASSKEY_ORIGINS: where passkeys of this deployment may be used beside PUBLIC_URL. Auth checks it, and the gateway tells browsers.
import { isLoopback } from './loopback.ts'
import { isExactOrigin, list } from './settings.ts'

/** Of an Android app: the hash of the certificate that it is signed with. */
const ANDROID = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/

export const passkeyOrigins = list(
  (text) => ANDROID.test(text) || isSecureOrigin(text),
  'an exact https origin such as https://app.example.com, or android:apk-key-hash:… of an app',
).default([])

/** Those that a page can have. */
export function webOriginsOf(origins: readonly string[]): string[] {
  return origins.filter((origin) => !ANDROID.test(origin))
}

function isSecureOrigin(text: string): boolean {
  if (!isExactOrigin(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
