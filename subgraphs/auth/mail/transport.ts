// How mail leaves: SMTP, or, for anyone who tries Sallyport out, `.eml` files in DATA_DIR/mail and a line in the log.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transporter } from 'nodemailer'
import type { Logger } from 'pino'
import type { AuthConfig } from '../config.ts'

export interface MailMessage {
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** For the development log alone. */
  readonly code: string | null
  /** The link in the text, for the same: in the file it is folded into lines. */
  readonly link: string | null
}

export interface MailTransport {
  send(message: MailMessage): Promise<void>
  stop(): void
}

export function createMailTransport(config: AuthConfig, log: Logger): MailTransport {
  return config.mail.smtpUrl === null
    ? createFolderTransport(config, log)
    : createSmtpTransport(config.mail.smtpUrl, config.mail.from)
}

function createSmtpTransport(smtpUrl: string, from: string): MailTransport {
  const url = new URL(smtpUrl)
  const options = {
    host: url.hostname,
    port: Number(url.port || (url.protocol === 'smtps:' ? 465 : 25)),
    secure: url.protocol === 'smtps:',
    ...(url.username === ''
      ? {}
      : {
          auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
        }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  }
  let opened: Promise<Transporter> | null = null
  return {
    send: async ({ messageId, to, subject, text, html }) => {
      opened ??= loadNodemailer().then(({ createTransport }) => createTransport(options))
      const smtp = await opened
      await smtp.sendMail({ from, to: { name: '', address: to }, subject, text, html, messageId })
    },
    stop: () => void opened?.then((smtp) => smtp.close()),
  }
}

function createFolderTransport(config: AuthConfig, log: Logger): MailTransport {
  // readAuthConfig refuses production without SMTP_URL: codes are secrets there.
  const folder = join(config.dataDir, 'mail')
  let opened: ReturnType<typeof createComposer> | null = null
  return {
    send: async ({ messageId, to, subject, text, html, code, link }) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      opened ??= createComposer(config.mail.from)
      const composer = await opened
      const eml = await composer.compose({ messageId, to, subject, text, html })
      const file = join(folder, `${messageId.replace(/[^A-Za-z0-9-]/g, '_')}.eml`)
      await writeFile(file, eml, { mode: 0o600 })
      log.info(
        { mail: { to, subject, ...(code && { code }), ...(link && { link }), file } },
        `mail to ${to}: ${subject}`,
      )
    },
    stop: () => void opened?.then((composer) => composer.stop()),
  }
}

/** Makes a mail as a mail server gets it. */
export async function createComposer(from: string) {
  const { createTransport } = await loadNodemailer()
  const composer = createTransport({ streamTransport: true, buffer: true })
  return {
    compose: async ({ to, ...mail }: Omit<MailMessage, 'code' | 'link'>): Promise<Buffer> => {
      const { message } = await composer.sendMail({
        from,
        to: { name: '', address: to },
        ...mail,
      })
      return message as Buffer
    },
    stop: () => composer.close(),
  }
}

/** With the first mail: no start waits for it. */
async function loadNodemailer() {
  return (await import('nodemailer')).default
}
