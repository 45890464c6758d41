// Begins to enrol an authenticator app: a secret, as text and as a picture to scan. It counts once a code of it was shown.
import type { Knex } from 'knex'
import { renderSVG } from 'uqr'
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { newId } from '../../core/identifiers.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { factorsOf } from '../enrolled/enrolled-factor.ts'
import { requireFurtherProof } from '../enrolled/require-further-proof.ts'
import { requireFactorsOffered } from '../enrolled/requirement.ts'
import type { Enroller } from '../factor.ts'
import { newTotpSecret, totpUri } from './totp-code.ts'
import { encryptedSecret } from './totp-secret.ts'

/** Each one is one more that a guess may hit. */
const MAX_APPS = 3

export interface StartedTotp {
  readonly factorId: string
  readonly secret: string
  readonly uri: string
  readonly qrSvg: string
}

/** @throws AuthError STEP_UP_REQUIRED where a factor exists; CONFLICT when there are too many; FORBIDDEN where none are offered */
export async function startTotp(deps: AuthDeps, caller: Caller): Promise<StartedTotp> {
  requireFactorsOffered(deps)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const apps = (await factorsOf(trx, user.id)).filter(({ kind }) => kind === 'TOTP')
    if (apps.length >= MAX_APPS) {
      throw new AuthError('CONFLICT', {
        message: `There are ${MAX_APPS} authenticator apps already: remove one first.`,
      })
    }
    return await beginTotp(trx, deps, { user, sessionId: session.id })
  })
}

/** In place of one that was begun and never confirmed. */
export async function beginTotp(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  { user, sessionId }: Enroller,
): Promise<StartedTotp> {
  const { secrets, mail } = config
  const secret = newTotpSecret()
  await trx('factors').where({ user_id: user.id, kind: 'TOTP', confirmed_at: null }).delete()
  const factorId = newId('fac')
  await trx('factors').insert({
    id: factorId,
    user_id: user.id,
    kind: 'TOTP',
    session_id: sessionId,
  })
  await trx('totp_secrets').insert(encryptedSecret(secrets.keyEncryptionKey, factorId, secret))
  const uri = totpUri(secret, { issuer: mail.productName, label: user.email })
  return { factorId, secret, uri, qrSvg: renderSVG(uri) }
}
