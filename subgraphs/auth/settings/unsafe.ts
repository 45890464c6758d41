// Settings that are each well formed, and do not go together or are not safe in production.
import { type Environment, publicUrlOf, unsafeShared } from '../../../platform/settings.ts'
import { readClientsFile } from '../oauth-clients/clients-file.ts'
import type { Read } from './shape.ts'
import { webhooksOf } from './webhooks.ts'

export function unsafeSettings(given: Environment, read: Read | null): string[] {
  const problems: string[] = []
  const isProduction = given.NODE_ENV === 'production'
  if (isProduction && given.DATABASE_URL === undefined && given.EMBEDDED_DATABASE !== 'allow') {
    problems.push(
      'DATABASE_URL: missing; the embedded database has no fsync (EMBEDDED_DATABASE=allow accepts that)',
    )
  }
  if (isProduction && given.SMTP_URL === undefined) {
    problems.push('SMTP_URL: missing; codes are never written to files or logs in production')
  }
  problems.push(...unsafeShared(given, ['HOST', 'ADMIN_HOST']))
  if (read !== null)
    problems.push(
      ...unfitDomains(read),
      ...unfitMfa(read),
      ...unfitRpId(read),
      ...unfitCaptcha(read),
      ...webhooksOf(read).problems,
    )
  problems.push(...readClientsFile(given.OAUTH_CLIENTS_FILE, given).problems)
  if (read !== null && read.REFRESH_IDLE_DAYS > read.REFRESH_ABSOLUTE_DAYS) {
    problems.push('REFRESH_IDLE_DAYS: must not exceed REFRESH_ABSOLUTE_DAYS')
  }
  return problems
}

function unfitDomains({ REGISTRATION, REGISTRATION_DOMAINS }: Read): string[] {
  const hasDomains = REGISTRATION_DOMAINS.length > 0
  if (REGISTRATION === 'domains' && !hasDomains) {
    return ['REGISTRATION_DOMAINS: missing; REGISTRATION=domains needs at least one']
  }
  if (REGISTRATION !== 'domains' && hasDomains) {
    return ['REGISTRATION_DOMAINS: only REGISTRATION=domains reads it; set that as well']
  }
  return []
}

function unfitMfa({ MFA, MFA_REQUIRED_ROLES, MFA_REQUIRED_FROM }: Read): string[] {
  if (MFA === 'required') return []
  const unread = { MFA_REQUIRED_ROLES, MFA_REQUIRED_FROM }
  return Object.entries(unread)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `${name}: only MFA=required reads it; set that as well`)
}

function unfitCaptcha(read: Read): string[] {
  if (read.CAPTCHA === 'off') return []
  return (['CAPTCHA_SITE_KEY', 'CAPTCHA_SECRET'] as const)
    .filter((name) => read[name] === undefined)
    .map((name) => `${name}: missing; CAPTCHA=${read.CAPTCHA} needs it`)
}

function unfitRpId(read: Read): string[] {
  const { hostname } = new URL(publicUrlOf(read))
  const rpId = read.PASSKEY_RP_ID ?? hostname
  if (hostname === rpId || hostname.endsWith(`.${rpId}`)) return []
  return ['PASSKEY_RP_ID: must be the host of PUBLIC_URL, or a domain above it']
}
