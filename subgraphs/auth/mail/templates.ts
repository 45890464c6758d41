// Which texts there are: ours, and in their place those of MAIL_TEMPLATES. All of them are tried out at the start.
// Links come from ACCOUNT_URL and PUBLIC_URL alone: a Host header of a request could lead them elsewhere (GHSA-3529-5m8x-rpv3).
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Language, languageNames } from '../../../platform/language.ts'
import { type MailKind, mailKinds, mailTemplates } from '../core/mail/kinds.ts'
import type { MailTemplate } from '../core/mail/outbox.ts'
import {
  type CompiledMail,
  compileMail,
  type Facts,
  type MailSource,
  type MailText,
} from './render.ts'
import { de } from './texts/de.ts'
import { en } from './texts/en.ts'
import { layout } from './texts/layout.ts'

export interface MailSettings {
  readonly productName: string
  /** Where the pages are that links lead to. */
  readonly accountUrl: string
  readonly defaultLanguage: Language
  /** A folder whose files take the place of single templates; null: ours alone. */
  readonly templatesFolder: string | null
}

export interface MailFacts {
  readonly code: string | null
  /** Goes behind the `#` of a link, which no browser sends and no server logs. */
  readonly linkToken: string | null
  readonly data: Readonly<Record<string, unknown>>
}

export interface MailTexts {
  /** @param language Default: the setting. */
  render(template: MailTemplate, facts: MailFacts, language?: Language): MailText
}

const shipped: Readonly<Record<Language, Readonly<Record<MailTemplate, string>>>> = { en, de }
const LAYOUT = 'layout.html'

/** @throws Error that names file and line of every template that cannot be used */
export function createMailTexts(settings: MailSettings): MailTexts {
  const { templatesFolder, productName, accountUrl, defaultLanguage } = settings
  const problems = unknownFiles(templatesFolder)
  const compiled = new Map<string, CompiledMail>()
  for (const language of languageNames) {
    for (const template of mailTemplates) {
      try {
        const mail = compileMail(sourcesOf(templatesFolder, template, language))
        requireProof(
          template,
          language,
          mail.render(exampleFacts(template, settings), { language }),
        )
        compiled.set(`${template}.${language}`, mail)
      } catch (error) {
        problems.push(error instanceof Error ? firstLine(error.message) : String(error))
      }
    }
  }
  if (problems.length > 0) {
    throw new Error(`Mail templates cannot be used:\n- ${[...new Set(problems)].join('\n- ')}`)
  }
  return {
    render(template, { code, linkToken, data }, language = defaultLanguage) {
      const mail = compiled.get(`${template}.${language}`)
      if (mail === undefined) throw new Error(`there is no mail "${template}"`)
      const { page, facts }: MailKind = mailKinds[template]
      const told = Object.keys(facts).map((name) => [name, factOf(data[name])])
      const link = page === undefined ? null : `${accountUrl}/${page}#${linkToken}`
      return mail.render(
        { ...Object.fromEntries(told), product: productName, code, link },
        { language },
      )
    },
  }
}

/** For the check at the start. */
function exampleFacts(template: MailTemplate, settings: MailSettings): Facts {
  const { page, facts }: MailKind = mailKinds[template]
  const link = page === undefined ? null : `${settings.accountUrl}/${page}#example`
  return { ...facts, product: settings.productName, code: '12345678', link }
}

/** Every text that ships, by the name of the file that would take its place. */
export function shippedTemplates(): ReadonlyMap<string, string> {
  const files = languageNames.flatMap((language) =>
    mailTemplates.map(
      (name) => [`${name}.${language}.txt`, `${shipped[language][name]}\n`] as const,
    ),
  )
  return new Map([...files, [LAYOUT, layout]])
}

function sourcesOf(folder: string | null, template: MailTemplate, language: Language) {
  const name = `${template}.${language}`
  const ours = { file: `${name}.txt`, text: shipped[language][template] }
  return {
    text: ownFile(folder, `${name}.txt`) ?? ours,
    html: ownFile(folder, `${name}.html`),
    layout: ownFile(folder, LAYOUT) ?? { file: LAYOUT, text: layout },
  }
}

function ownFile(folder: string | null, name: string): MailSource | null {
  if (folder === null) return null
  const file = join(folder, name)
  return existsSync(file) ? { file, text: readFileSync(file, 'utf8') } : null
}

/** A slip in a file's name would leave our text in use, and nobody would notice. */
function unknownFiles(folder: string | null): string[] {
  if (folder === null) return []
  if (!existsSync(folder)) return [`MAIL_TEMPLATES: there is no folder ${folder}`]
  const known = new Set([...shippedTemplates().keys()])
  return readdirSync(folder)
    .filter((name) => /\.(?:txt|html)$/.test(name))
    .filter((name) => !known.has(name) && !known.has(name.replace(/\.html$/, '.txt')))
    .map((name) => `${join(folder, name)}: no mail has this name; see docs/mails.md`)
}

function requireProof(template: MailTemplate, language: Language, { text, html }: MailText): void {
  const { proof, page }: MailKind = mailKinds[template]
  const wanted = [
    ...(proof.includes('code') ? [['code', '12345678'] as const] : []),
    ...(proof.includes('link') ? [['link', `${page}#example`] as const] : []),
  ]
  for (const [name, value] of wanted) {
    if (text.includes(value) && html.includes(value)) continue
    throw new Error(`${template}.${language}: both parts must show {{ ${name} }}`)
  }
}

function factOf(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

/** The engine's errors go on with an excerpt. */
function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
