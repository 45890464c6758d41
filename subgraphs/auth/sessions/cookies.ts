// The cookies of a browser session (RFC 6265bis 4.1.3.2: `__Host-` binds them to this host, https and Path=/).

interface CookieOptions {
  readonly maxAgeSeconds: number
  /** Default true. Only the CSRF token is for scripts to read. */
  readonly isHttpOnly?: boolean
}

function cookie(
  name: string,
  value: string,
  { maxAgeSeconds, isHttpOnly = true }: CookieOptions,
): string {
  const parts = [`${name}=${value}`, 'Path=/', `Max-Age=${maxAgeSeconds}`, 'Secure', 'SameSite=Lax']
  return [...parts, ...(isHttpOnly ? ['HttpOnly'] : [])].join('; ')
}

/** Both HttpOnly cookies live as long as the refresh token: an expired JWT inside says "refresh", no cookie says "log in". */
export function sessionCookies(tokens: {
  readonly accessToken: string
  readonly refreshToken: string
  readonly csrfToken: string
  readonly expiresAt: Date
}): string[] {
  const maxAgeSeconds = Math.max(0, Math.floor((tokens.expiresAt.getTime() - Date.now()) / 1000))
  return [
    cookie('__Host-access', tokens.accessToken, { maxAgeSeconds }),
    cookie('__Host-refresh', tokens.refreshToken, { maxAgeSeconds }),
    cookie('__Host-csrf', tokens.csrfToken, { maxAgeSeconds, isHttpOnly: false }),
  ]
}

/** Cleared with the attributes they were set with, or the browser keeps them. */
export function clearedSessionCookies(): string[] {
  return [
    cookie('__Host-access', '', { maxAgeSeconds: 0 }),
    cookie('__Host-refresh', '', { maxAgeSeconds: 0 }),
    cookie('__Host-csrf', '', { maxAgeSeconds: 0, isHttpOnly: false }),
  ]
}

const FLOW_SECONDS = 3_600
const DEVICE_SECONDS = 400 * 24 * 3_600

export function flowCookie(flowSecret: string): string {
  return cookie('__Host-flow', flowSecret, { maxAgeSeconds: FLOW_SECONDS })
}

export function clearedFlowCookie(): string {
  return cookie('__Host-flow', '', { maxAgeSeconds: 0 })
}

export function deviceCookie(deviceToken: string): string {
  return cookie('__Host-device', deviceToken, { maxAgeSeconds: DEVICE_SECONDS })
}
