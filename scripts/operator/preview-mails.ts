// Shows every mail as it would leave, with facts that are made up. No database and no mail server is asked.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLanguage, languageNames } from '../../platform/language.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { type MailKind, mailKinds, mailTemplates } from '../../subgraphs/auth/mail/kinds.ts'
import type { MailTemplate } from '../../subgraphs/auth/mail/outbox.ts'
import { createMailTexts, shippedTemplates } from '../../subgraphs/auth/mail/templates.ts'
import { createComposer } from '../../subgraphs/auth/mail/transport.ts'

export interface PreviewOptions {
  /** Default: every mail. */
  readonly template?: string
  /** Default: every language. */
  readonly language?: string
  /** A folder for `.txt`, `.html` and `.eml`, and for the templates themselves. Default: the terminal. */
  readonly out?: string
}

/** @returns what to say */
export async function previewMails(
  options: PreviewOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { mail: settings } = readAuthConfig({ ...withoutSecrets(), ...env })
  const texts = createMailTexts(settings)
  const composer = createComposer(settings.from)
  const said: string[] = []
  if (options.out !== undefined) writeTemplates(join(options.out, 'templates'))
  for (const language of chosen(options.language, languageNames, 'language')) {
    for (const template of chosen(options.template, mailTemplates, 'mail')) {
      const { facts }: MailKind = mailKinds[template as MailTemplate]
      const given = { code: '12345678', linkToken: 'example', data: facts }
      const mail = texts.render(template as MailTemplate, given, asLanguage(language))
      const name = `${template}.${language}`
      said.push(`== ${name}\nSubject: ${mail.subject}\n\n${mail.text}`)
      if (options.out === undefined) continue
      const to = 'ada@example.com'
      const eml = await composer.compose({ messageId: `<${name}@preview>`, to, ...mail })
      writeFileSync(join(options.out, `${name}.txt`), `${mail.subject}\n\n${mail.text}`)
      writeFileSync(join(options.out, `${name}.html`), mail.html)
      writeFileSync(join(options.out, `${name}.eml`), eml)
    }
  }
  composer.stop()
  if (options.out === undefined) return said.join('\n')
  return `${said.length} mails, as .txt, .html and .eml, are in ${options.out}. Copy what you want to change from ${join(options.out, 'templates')} to MAIL_TEMPLATES.`
}

function chosen(wanted: string | undefined, known: readonly string[], what: string) {
  if (wanted === undefined) return known
  if (known.includes(wanted)) return [wanted]
  throw new Error(`There is no ${what} "${wanted}". There are: ${known.join(', ')}`)
}

function asLanguage(name: string) {
  return isLanguage(name) ? name : undefined
}

function writeTemplates(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of shippedTemplates()) writeFileSync(join(folder, name), text)
}

/** The settings of mails are read with the others, and a preview needs no secret. */
function withoutSecrets(): Record<string, string> {
  const none = `1:${Buffer.alloc(32).toString('base64')}`
  return {
    PASSWORD_PEPPER: none,
    CODE_KEY: none,
    API_KEY_PEPPER: none,
    KEY_ENCRYPTION_KEY: none,
  }
}
