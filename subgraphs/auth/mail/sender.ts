// Empties the mail outbox. Several instances share the work; a crash between sending and deleting sends a mail twice at worst.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Language } from '../../../platform/language.ts'
import type { AuthConfig } from '../config.ts'
import { mailKinds } from '../core/mail/kinds.ts'
import type { MailTemplate } from '../core/mail/outbox.ts'
import { type Repeating, repeat } from '../core/repeat.ts'
import { codeFor, linkTokenFor, Verification } from '../verifications/verification.ts'
import type { MailTexts } from './templates.ts'
import type { MailTransport } from './transport.ts'

interface OutboxRow {
  readonly id: string
  readonly template: MailTemplate
  readonly recipient: string
  readonly verification_id_hash: string | null
  readonly send_number: number | null
  readonly data: Record<string, unknown> & { readonly language?: Language }
  readonly attempts: number
}

const POLL_MS = 250
const BATCH = 10
const MAX_ATTEMPTS = 12

export function startMailSender(deps: {
  readonly db: Knex
  readonly config: AuthConfig
  readonly log: Logger
  readonly transport: MailTransport
  readonly texts: MailTexts
}): Repeating {
  const sending = repeat({
    pauseMs: POLL_MS,
    atOnce: true,
    run: async () => (await sendBatch(deps)) === BATCH,
    onFailure: (error) => deps.log.warn({ err: error }, 'the mail outbox could not be read'),
  })
  return {
    async stop() {
      await sending.stop()
      deps.transport.stop()
    },
  }
}

async function sendBatch(deps: Parameters<typeof startMailSender>[0]): Promise<number> {
  const rows = await claim(deps.db)
  await Promise.all(rows.map((row) => sendOne(deps, row)))
  return rows.length
}

/** Takes rows for a while that doubles with each attempt: a mail server that is unavailable gets them later. */
async function claim(db: Knex): Promise<OutboxRow[]> {
  const { rows } = await db.raw(
    `update mail_outbox set attempts = attempts + 1,
       available_at = now() + least(3600, 15 * power(2, attempts)) * interval '1 second'
     where id in (select id from mail_outbox where available_at <= now()
                  order by available_at limit ? for update skip locked)
     returning *`,
    [BATCH],
  )
  return rows
}

async function sendOne(deps: Parameters<typeof startMailSender>[0], row: OutboxRow): Promise<void> {
  try {
    const proof = await currentProof(deps, row)
    if (proof !== 'void') {
      const { code } = proof
      const { data } = row
      const mail = deps.texts.render(row.template, { ...proof, data }, data.language)
      const messageId = `<mail-${row.id}@${new URL(deps.config.publicUrl).hostname}>`
      // A code that the text does not show is not one that the log should show.
      const shown = code !== null && mail.text.includes(code) ? code : null
      const link = mail.text.split(/\s+/).find((word) => /^https?:\/\/[^#]+#./.test(word)) ?? null
      await deps.transport.send({ messageId, to: row.recipient, code: shown, link, ...mail })
    }
    await deps.db('mail_outbox').where('id', row.id).delete()
  } catch (error) {
    deps.log.warn(
      { err: error, mailId: row.id, attempts: row.attempts },
      'a mail could not be sent',
    )
    if (row.attempts < MAX_ATTEMPTS) return
    await deps.db('mail_outbox').where('id', row.id).delete()
    deps.log.error({ mailId: row.id, template: row.template }, 'a mail was given up')
  }
}

/** What the mail proves; `void`: a newer code was sent, this one was used or ran out, or it would prove nothing. */
async function currentProof(
  deps: { readonly db: Knex; readonly config: AuthConfig },
  row: OutboxRow,
): Promise<{ readonly code: string | null; readonly linkToken: string | null } | 'void'> {
  if (row.verification_id_hash === null) return { code: null, linkToken: null }
  const verification = await Verification.query(deps.db)
    .findById(row.verification_id_hash)
    .whereNull('consumed_at')
    .whereRaw('code_expires_at > now()')
  if (verification === undefined || verification.send_number !== row.send_number) return 'void'
  if (verification.is_decoy && mailKinds[row.template].proof !== 'none') return 'void'
  const { codeKey } = deps.config.secrets
  return {
    code: codeFor(verification, codeKey),
    linkToken: linkTokenFor(verification, codeKey),
  }
}
