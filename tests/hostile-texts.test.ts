// Case 168: no pattern of ours is slow on a text made to be slow, as long as such a text can get.
import type { IncomingMessage } from 'node:http'
import { verifyStrictJwt } from '@sallyport/claims/jwt'
import { createNetworkMatcher } from '@sallyport/claims/networks'
import { describe, expect, test } from 'vitest'
import { readOurCookies } from '../gateway/authenticate/cookies.ts'
import { negotiateMediaType } from '../gateway/errors.ts'
import { createCallerReader } from '../gateway/http/client-address.ts'
import { refuseCredentialInUrl } from '../gateway/http/credentials-in-url.ts'
import { exceededJsonLimit } from '../gateway/http/json-limits.ts'
import { isWellFormedApiKey } from '../platform/api-key-format.ts'
import { isAddressAllowed, requireAddresses } from '../subgraphs/auth/api-keys/address-list.ts'
import { parseVersionedSecret } from '../subgraphs/auth/core/secret.ts'
import { requireStrongPassword } from '../subgraphs/auth/factors/password/policy.ts'
import { parseRefreshToken } from '../subgraphs/auth/sessions/refresh-token.ts'
import { parseEmail } from '../subgraphs/auth/users/normalize-email.ts'

/** Headers and the URL end here (`headerBytes`). */
const HEADER_BYTES = 16 * 1024
const BODY_BYTES = 100 * 1024
const UNITS = [
  'a',
  'A1',
  ' ',
  '.',
  '-',
  ',',
  ';',
  '&',
  '=',
  '@',
  '/',
  ':',
  '1',
  '%',
  '"',
  '\\',
  '[{',
]
const WORDS = [
  'eyJ',
  'eyJa.',
  '%22eyJ',
  'srt_',
  'spk_',
  'a@',
  'a.',
  '1.1.1.1,',
  '::ffff:',
  '*/*,',
  'q=0,',
  '; __Host-access=a',
  '1:AAAA,',
  'é',
  '\u0301',
  '😀',
]

const readCaller = createCallerReader(['127.0.0.0/8', '10.0.0.0/8'])
const callerOf = (text: string) =>
  readCaller({
    socket: { remoteAddress: '127.0.0.1' },
    headers: { 'x-forwarded-for': text, 'x-forwarded-proto': text },
  } as unknown as IncomingMessage)
const strict = { typ: 'at+jwt', issuer: 'i', audience: 'i', maxLifetimeSeconds: 60 }

const ofHeaders: Record<string, (text: string) => unknown> = {
  refuseCredentialInUrl: (text) =>
    refuseCredentialInUrl(`id_token_hint=${text}&a=${text}`, ['id_token_hint']),
  negotiateMediaType,
  readOurCookies,
  callerOf,
  'an API key': (text) => isWellFormedApiKey(text, text),
  'an access token': (text) =>
    verifyStrictJwt(text, { ...strict, getKey: () => undefined }).catch(() => null),
}
const ofBodies: Record<string, (text: string) => unknown> = {
  parseEmail,
  parseRefreshToken,
  requireStrongPassword: (text) =>
    requireStrongPassword(text, { productName: text, person: [text] }),
  requireAddresses: (text) => requireAddresses([text]),
  isAddressAllowed: (text) => isAddressAllowed(['10.0.0.0/8'], text),
  createNetworkMatcher: (text) => createNetworkMatcher([text])(text),
  exceededJsonLimit: (text) => exceededJsonLimit(text, { jsonDepth: 32, jsonKeys: 1e9 }),
  parseVersionedSecret: (text) => parseVersionedSecret('X', text),
}

const BOUND_MS = 10

/** CPU time of this process for the best of a few: what is slow by itself is slow each time, whoever else runs. */
function millisecondsFor(act: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 25 && best >= BOUND_MS; attempt += 1) {
    const before = process.cpuUsage()
    try {
      act()
    } catch {
      // Refused, as most of them are.
    }
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

describe.each([
  [HEADER_BYTES, ofHeaders],
  [BODY_BYTES, ofBodies],
] as const)('a text of %i bytes', (bytes, validators) => {
  test.each(Object.entries(validators))('costs %s less than 10 ms', (_, validate) => {
    for (const unit of [...UNITS, ...WORDS]) {
      const text = unit.repeat(Math.ceil(bytes / Buffer.byteLength(unit)))
      for (const hostile of [text, `${text}!`, `a@${text}`]) {
        expect(
          millisecondsFor(() => validate(hostile)),
          unit,
        ).toBeLessThan(BOUND_MS)
      }
    }
  })
})
