// Shows every mail as it would leave, with facts that are made up. No database and no mail server is asked.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { languageNames } from '../../platform/language.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { type MailKind, mailKinds, mailTemplates } from '../../subgraphs/auth/core/mail/kinds.ts'
import { createMailTexts, shippedTemplates } from '../../subgraphs/auth/mail/templates.ts'
import { createComposer } from '../../subgraphs/auth/mail/transport.ts'
import type { Given } from './command.ts'

/**
 * @param given `template` and `language`: the only ones to show; `out`: a folder for `.txt`, `.html` and `.eml`, and for
 * the templates themselves, instead of the terminal
 * @returns what to say
 */
export async function previewMails(given: Given): Promise<string> {
  const [template, language, out] = [given.template, given.language, given.out].map(textOf)
  const { mail: settings } = readAuthConfig({ ...withoutSecrets(), ...process.env })
  const texts = createMailTexts(settings)
  const composer = await createComposer(settings.from)
  const said: string[] = []
  if (out !== undefined) writeTemplates(join(out, 'templates'))
  for (const shown of chosen(language, languageNames, 'language')) {
    for (const kind of chosen(template, mailTemplates, 'mail')) {
      const { facts }: MailKind = mailKinds[kind]
      const mail = texts.render(
        kind,
        { code: '12345678', linkToken: 'example', data: facts },
        shown,
      )
      const name = `${kind}.${shown}`
      said.push(`== ${name}\nSubject: ${mail.subject}\n\n${mail.text}`)
      if (out === undefined) continue
      const message = { messageId: `<${name}@preview>`, to: 'ada@example.com', ...mail }
      writeFileSync(join(out, `${name}.txt`), `${mail.subject}\n\n${mail.text}`)
      writeFileSync(join(out, `${name}.html`), mail.html)
      writeFileSync(join(out, `${name}.eml`), await composer.compose(message))
    }
  }
  composer.stop()
  if (out === undefined) return said.join('\n')
  return `${said.length} mails, as .txt, .html and .eml, are in ${out}. Copy what you want to change from ${join(out, 'templates')} to the folder of MAIL_TEMPLATES.`
}

function textOf(value: Given[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function chosen<T extends string>(
  wanted: string | undefined,
  known: readonly T[],
  what: string,
): readonly T[] {
  if (wanted === undefined) return known
  const found = known.filter((name) => name === wanted)
  if (found.length > 0) return found
  throw new Error(`There is no ${what} "${wanted}". There are: ${known.join(', ')}`)
}

function writeTemplates(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of shippedTemplates()) writeFileSync(join(folder, name), text)
}

/** The settings of mails are read with the others, and a preview needs no secret. */
function withoutSecrets(): Record<string, string> {
  const none = `1:${randomBytes(32).toString('base64')}`
  return {
    PASSWORD_PEPPER: none,
    CODE_KEY: none,
    API_KEY_PEPPER: none,
    KEY_ENCRYPTION_KEY: none,
  }
}
