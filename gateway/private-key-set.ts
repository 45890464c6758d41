// IDENTITY_KEYS: a private JWKS of ES256 keys, told from everything else before anything is signed with it.
import type { JSONWebKeySet } from 'jose'

/** Null when the text is not one. */
export function parsePrivateKeySet(text: string): JSONWebKeySet | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return isPrivateKeySet(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isPrivateKeySet(value: unknown): value is JSONWebKeySet {
  const keys = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys) || keys.length === 0) return false
  return keys.every(
    (key: Record<string, unknown> | null) =>
      key?.kty === 'EC' &&
      key.crv === 'P-256' &&
      [key.d, key.x, key.y, key.kid].every((part) => typeof part === 'string' && part !== ''),
  )
}
