// Step "origin": a request that uses our cookies proves that a page of ours sent it (CSRF).
import { isAllowedOrigin, isCsrfTokenOf } from '../authenticate/origin.ts'
import { csrfFailed } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function checkOrigin(request: GatewayRequest): void {
  if (!usesCookies(request)) return
  if (!isAllowedOrigin(request.incoming, request.graph.cors)) {
    throw csrfFailed('Cookies are taken only from pages of a listed Origin.')
  }
  const { prepared, verdict } = request
  if (prepared.kind !== 'mutation' || prepared.isStaleCredentials) return
  if (verdict.kind !== 'accepted') return
  const { csrf } = verdict.credential
  if (csrf === null || !isCsrfTokenOf(csrf, request.incoming.headers['x-csrf-token'])) {
    throw csrfFailed('Send the CSRF token of this session as X-CSRF-Token.')
  }
}

function usesCookies({ cookies, prepared }: GatewayRequest): boolean {
  if (!prepared.isStaleCredentials) return cookies.access !== undefined
  // Those that take the refresh cookie make do with the Origin check: a page whose CSRF token is lost can recover, or leave.
  if (!prepared.credentials.reads.has('refresh')) return false
  return cookies.refresh !== undefined || cookies.access !== undefined
}
