// The contestants by name: which program answers, and what its requests carry.
import type { Program } from './gateways.ts'

export type CredentialKind = 'none' | 'bearer' | 'cookie' | 'api-key'

export interface Contestant {
  readonly name: string
  readonly about: string
  /** Contestants of one program share its process. */
  readonly program: Program
  readonly credential: CredentialKind
  /** Whether its metrics are read while it is measured. Default: false. */
  readonly isScraped?: true
  /** Takes part where it is asked for, by name or by a flag. Default: always. */
  readonly isExtra?: true
}

/** What watching a gateway costs: compared with the one that counts nothing. */
export const WATCHED = {
  against: 'sallyport-uncounted',
  gateways: [
    'sallyport-uncounted',
    'sallyport-jwt',
    'sallyport-again',
    'sallyport-scraped',
    'sallyport-traced',
  ],
}

export const contestants: readonly Contestant[] = [
  contestant('apollo', 'plain @apollo/server and @apollo/gateway, no auth', 'apollo', 'none'),
  contestant('sallyport-jwt', 'access token as bearer', 'sallyport', 'bearer'),
  contestant('sallyport-key', 'API key and secret', 'sallyport', 'api-key'),
  contestant('sallyport-cookie', 'cookie, CSRF token', 'sallyport', 'cookie'),
  contestant('sallyport-anonymous', 'no credential, public fields', 'sallyport-public', 'none'),
  contestant('sallyport-apollo', 'PLANNER=apollo, bearer', 'sallyport-apollo', 'bearer'),
  contestant('sallyport-stock', 'ENGINE=stock, bearer', 'sallyport-stock', 'bearer'),
  contestant('sallyport-other', 'the version of --other, bearer', 'sallyport-other', 'bearer'),
  contestant(
    'grafbase',
    'Grafbase, native, passes the token on and verifies nothing',
    'grafbase',
    'bearer',
  ),
  contestant('hive-jwt', 'Hive Gateway with its JWT plugin', 'hive', 'bearer'),
  contestant('hive-rust-jwt', 'the same with its Rust runtime', 'hive-rust', 'bearer'),
  {
    ...contestant('sallyport-again', 'sallyport-jwt once more: noise', 'sallyport', 'bearer'),
    isExtra: true,
  },
  {
    ...contestant('sallyport-scraped', 'its metrics read every second', 'sallyport', 'bearer'),
    isScraped: true,
    isExtra: true,
  },
  {
    ...contestant('sallyport-uncounted', 'counts nothing', 'sallyport-uncounted', 'bearer'),
    isExtra: true,
  },
  {
    ...contestant('sallyport-traced', 'one request in 100 traced', 'sallyport-traced', 'bearer'),
    isExtra: true,
  },
  contestant('limit', 'node:http and undici, the same fetches and nothing else', 'limit', 'none'),
  {
    ...contestant('limit-json', 'the limit, which parses and writes JSON', 'limit-json', 'none'),
    isExtra: true,
  },
]

function contestant(
  name: string,
  about: string,
  program: Program,
  credential: CredentialKind,
): Contestant {
  return { name, about, program, credential }
}
