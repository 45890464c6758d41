// Reads settings from the environment, each as what it has to be; what is wrong is told together, not one at a time.
import { availableParallelism } from 'node:os'
import { isNetwork } from '@sallyport/claims/networks'
import type { JSONWebKeySet } from 'jose'
import type { Environment, GatewayConfig } from './config.ts'
import { isLoopback } from './http/loopback.ts'
import { Secret } from './secret.ts'

/** @param problems Takes a sentence for each setting that is wrong. */
export function createReader(env: Environment, problems: string[]) {
  function integer(name: string, fallback: number, [min, max]: readonly [number, number]): number {
    const text = env[name]
    if (!text) return fallback
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    problems.push(`${name} must be a whole number from ${min} to ${max}`)
    return fallback
  }

  function url(name: string, fallback: string | undefined): string {
    const text = env[name] || fallback
    if (text === undefined) {
      problems.push(`${name} is required in production`)
      return ''
    }
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
    problems.push(`${name} must be an http or https URL`)
    return text
  }

  function list(name: string, isValid: (item: string) => boolean, expected: string): string[] {
    const items = (env[name] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
    for (const item of items) {
      if (!isValid(item)) problems.push(`${name}: "${item}" is not ${expected}`)
    }
    return items
  }

  return {
    url,
    list,
    /** A short text for people: it stands in subjects of mails and titles of pages. */
    line(name: string, fallback: string): string {
      const text = env[name]?.trim() || fallback
      if (text.length <= 80 && !/\p{Cc}/u.test(text)) return text
      problems.push(`${name} must be one line of at most 80 characters`)
      return fallback
    },
    networks: (name: string) => list(name, isNetwork, 'an address or CIDR range'),
    port: (name: string, fallback: number) => integer(name, fallback, [0, 65_535]),
    minutes: (name: string, fallback: number) => integer(name, fallback, [1, 60]),
    entries: (name: string, fallback: number) => integer(name, fallback, [1, 10_000_000]),
    percent: (name: string, fallback: number) => integer(name, fallback, [0, 100]),
    bytes: (name: string, fallback: number) => integer(name, fallback, [1024, 100 * 1024 * 1024]),
    workers: (name: string) =>
      env[name] === 'auto' ? availableParallelism() : integer(name, 1, [1, 256]),
    publicUrl(name: string, fallback: string | undefined): string {
      const text = url(name, fallback)
      if (!URL.canParse(text)) return text
      const { origin, href } = new URL(text)
      if (href !== `${origin}/`) problems.push(`${name} must be an origin, without a path`)
      return origin
    },
    host(name: string, fallback: string, anyAllowed: boolean): string {
      const value = env[name] || fallback
      if (!anyAllowed && !isLoopback(value)) {
        problems.push(`${name} must be a loopback address outside production (NODE_ENV=production)`)
      }
      return value
    },
    choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
      const value = env[name]
      if (!value) return fallback
      const found = choices.find((choice) => choice === value)
      if (found === undefined) problems.push(`${name} must be one of ${choices.join(', ')}`)
      return found ?? fallback
    },
    identityKeys(name: string, isRequired: boolean): Secret<JSONWebKeySet> | null {
      const text = env[name]
      if (!text) {
        if (isRequired)
          problems.push(`${name} is required in production: a private JWKS of ES256 keys`)
        return null
      }
      const keys = parseKeys(text)
      if (keys === null)
        problems.push(`${name} must be a private JWKS of ES256 (P-256) keys, each with a kid`)
      return keys && new Secret(keys)
    },
    tls(certName: string, keyName: string): GatewayConfig['tls'] {
      const { [certName]: certFile, [keyName]: keyFile } = env
      if (certFile && keyFile) return { certFile, keyFile }
      if (certFile || keyFile) problems.push(`${certName} and ${keyName} go together`)
      return null
    },
  }
}

function parseKeys(text: string): JSONWebKeySet | null {
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
