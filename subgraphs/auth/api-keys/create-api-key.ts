// Makes an API key for oneself. Key and secret are answered once; the e-mailed code makes them usable.

import type { Knex } from 'knex'
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import { plainText } from '../core/mail/plain-text.ts'
import { ownersMail, type Share, transactMailing } from '../core/throttling/count-mail.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { CreateApiKeyInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import type { UserWithRoles } from '../users/user.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { MAX_ADDRESSES, requireAddresses } from './address-list.ts'
import {
  ApiKey,
  hashSecret,
  MAX_KEYS,
  MAX_PENDING,
  MAX_REVOKED,
  PENDING_MINUTES,
} from './api-key.ts'
import { bindingColumns, bindingLimits } from './bindings.ts'
import { requireGrantable } from './grants.ts'
import { type KeyEnvironment, newKey, newSecret } from './key-format.ts'

const grantNames = z.array(z.string().min(1).max(100)).max(100)

export const keyLimits = {
  name: z.string().trim().min(1, 'Give the key a name.').max(100, 'Use at most 100 characters.'),
  roles: grantNames,
  scopes: grantNames,
  allowedIps: z.array(text(64)).min(1).max(MAX_ADDRESSES),
  ...bindingLimits,
} satisfies Limits<CreateApiKeyInput>

export interface CreatedApiKey {
  readonly apiKey: ApiKey
  readonly key: string
  readonly secret: string
  readonly verification: BegunVerification | null
}

export async function createApiKey(
  deps: AuthDeps,
  caller: Caller,
  input: CreateApiKeyInput,
): Promise<CreatedApiKey> {
  const { origin } = caller
  const wanted = parseInput(keyLimits, input)
  const { name, roles, scopes, expiresAt, allowedIps } = wanted
  if (expiresAt && expiresAt <= new Date()) throw badInput('input.expiresAt', 'This time is past.')
  if (allowedIps) requireAddresses(allowedIps)
  const environment = keyEnvironment(deps)
  const key = newKey(environment)
  const secret = newSecret(environment)
  const isActive = deps.config.apiKeyVerification === 'off'

  return await transactMailing(deps, keyCodeShares(deps, caller), async (trx, { isMailed }) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    await requireGrantable(trx, user, { roles: roles ?? [], scopes: scopes ?? [] })
    await requireRoom(trx, user)
    const pepper = deps.config.secrets.apiKeyPepper
    const [row] = await trx('api_keys')
      .insert({
        id: newId('key'),
        user_id: user.id,
        name,
        key,
        status: isActive ? 'ACTIVE' : 'PENDING',
        secret_hash: hashSecret(secret, pepper, pepper.currentVersion),
        secret_pepper_version: pepper.currentVersion,
        pending_expires_at: isActive
          ? null
          : trx.raw("now() + ? * interval '1 minute'", [PENDING_MINUTES]),
        roles: roles ?? [],
        scopes: scopes ?? [],
        allowed_ips: allowedIps ?? null,
        ...bindingColumns(wanted),
        expires_at: expiresAt ?? null,
      })
      .returning('*')
    const apiKey = ApiKey.fromDatabaseJson(row)
    await recordAudit(trx, origin, {
      action: 'api_key.created',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      apiKeyId: apiKey.id,
    })
    await emitEvent(trx, 'api_key.created', user.id, { apiKeyId: apiKey.id })
    const verification = isActive
      ? null
      : await verifyByMail(trx, deps, { apiKey, user, session, isSilent: !isMailed })
    return { apiKey, key, secret, verification }
  })
}

export function keyEnvironment(deps: AuthDeps): KeyEnvironment {
  return deps.config.isProduction ? 'live' : 'test'
}

/** None where no code is mailed. */
export function keyCodeShares(deps: AuthDeps, { claims }: Caller): readonly Share[] {
  if (deps.config.apiKeyVerification === 'off') return []
  return ownersMail({ user: claims.subject ?? '', purpose: 'API_KEY' })
}

export async function verifyByMail(
  trx: Knex,
  deps: AuthDeps,
  {
    apiKey,
    user,
    session,
    isSilent,
  }: {
    readonly apiKey: ApiKey
    readonly user: UserWithRoles
    readonly session: { readonly id: string }
    readonly isSilent: boolean
  },
): Promise<BegunVerification> {
  return await beginVerification(trx, deps.config, {
    purpose: 'API_KEY',
    email: { address: user.email, normalized: user.email_normalized },
    template: 'api-key-code',
    userId: user.id,
    sessionId: session.id,
    apiKeyId: apiKey.id,
    detail: { name: plainText(apiKey.name) },
    isSilent,
  })
}

/** The owner's row is locked by now, so parallel calls count one after the other. */
async function requireRoom(trx: Knex, user: UserWithRoles): Promise<void> {
  await trx('api_keys')
    .where({ user_id: user.id, status: 'PENDING' })
    .whereRaw('pending_expires_at <= now()')
    .delete()
  await forgetRevoked(trx, user.id)
  const counts: { status: string; count: string }[] = await trx('api_keys')
    .where('user_id', user.id)
    .whereNot('status', 'REVOKED')
    .groupBy('status')
    .select('status')
    .count('* as count')
  const of = (status: string) => Number(counts.find((row) => row.status === status)?.count ?? 0)
  if (of('PENDING') >= MAX_PENDING) {
    throw new AuthError('CONFLICT', {
      message: `There are ${MAX_PENDING} unverified API keys already: verify or revoke one first.`,
    })
  }
  if (of('ACTIVE') >= MAX_KEYS) {
    throw new AuthError('CONFLICT', {
      message: `There are ${MAX_KEYS} API keys already: revoke one first.`,
    })
  }
}

/** The latest stay for their owner to see. A session that makes and revokes keys for ever fills no table. */
async function forgetRevoked(trx: Knex, userId: string): Promise<void> {
  const revoked = () => trx('api_keys').where({ user_id: userId, status: 'REVOKED' })
  const latestFirst = revoked().orderBy('revoked_at', 'desc').orderBy('id')
  await revoked().whereIn('id', latestFirst.offset(MAX_REVOKED).select('id')).delete()
}
