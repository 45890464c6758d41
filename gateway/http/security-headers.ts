// Security headers, made by helmet once at the start and sent with every answer.
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet, { type HelmetOptions } from 'helmet'

export type HeaderMap = Readonly<Record<string, string>>

/** Headers for everything that is data. */
export function apiSecurityHeaders(isProduction: boolean): HeaderMap {
  return collect({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    // A page of another origin that CORS allows must be able to read answers.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: isProduction && { maxAge: 31_536_000, includeSubDomains: true },
  })
}

/** Headers for one HTML page with a policy of its own. @param referrer Default: none is sent. */
export function pageSecurityHeaders(
  directives: Record<string, string[]>,
  referrer: 'no-referrer' | 'same-origin' = 'no-referrer',
): HeaderMap {
  return collect({
    referrerPolicy: { policy: referrer },
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginEmbedderPolicy: false,
    strictTransportSecurity: false,
  })
}

// Helmet writes to a response; its answer never depends on the request, so one run serves for all.
function collect(options: HelmetOptions): HeaderMap {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = String(value)
    },
    removeHeader: () => undefined,
  }
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error
  })
  return Object.freeze(headers)
}
