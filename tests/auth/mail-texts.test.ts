// Every mail in every language: nothing unresolved, one line of subject, and what it proves in both parts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { languageNames } from '../../platform/language.ts'
import { type MailKind, mailKinds, mailTemplates } from '../../subgraphs/auth/core/mail/kinds.ts'
import { createMailTexts, type MailSettings } from '../../subgraphs/auth/mail/templates.ts'

const settings: MailSettings = {
  productName: 'Hill & Dale <Sons>',
  accountUrl: 'http://localhost:4700/account',
  defaultLanguage: 'en',
  templatesFolder: null,
}
const code = '87654321'
const linkToken = 'abc.def-_'
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mails-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const every = languageNames.flatMap((language) =>
  mailTemplates.map((template) => [template, language] as const),
)

describe.each(every)('%s (%s)', (template, language) => {
  const { proof, page, facts }: MailKind = mailKinds[template]
  const texts = createMailTexts(settings)

  test('shows its proof and its facts in both parts, and leaves nothing open', () => {
    const { subject, text, html } = texts.render(
      template,
      { code, linkToken, data: facts },
      language,
    )
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/\{\{|\}\}|\{%|%\}|undefined|null|\[object/)
    }
    expect(subject).toMatch(/^[^\p{Cc}]{10,}$/u)
    expect(subject).toContain(settings.productName)
    expect(html).toContain('Hill &amp; Dale &lt;Sons&gt;')
    expect(html).toContain(`<html lang="${language}">`)
    expect(text.includes(code)).toBe(proof.includes('code'))
    expect(html.includes(`<strong class="code">${code}</strong>`)).toBe(proof.includes('code'))
    const link = `http://localhost:4700/account/${page}#${linkToken}`
    expect(text.includes(link)).toBe(proof.includes('link'))
    expect(html.includes(`<a class="button" href="${link}">`)).toBe(proof.includes('link'))
    for (const value of Object.values(facts)) {
      expect(text).toContain(String(value))
      expect(html).toContain(String(value))
    }
    // Of the product they speak, never of a host; links apart.
    expect(text.replace(link, '')).not.toMatch(/localhost|4700/)
  })

  test('takes whatever others chose as text: no markup, no other header, no other link', () => {
    const hostile =
      '<img src=x onerror=alert(1)>"\'&\r\nBcc: eve@example.com {{ code }}\u0001x\u0002'
    const data = Object.fromEntries(Object.keys(facts).map((name) => [name, hostile]))
    const { subject, html } = texts.render(template, { code, linkToken, data }, language)
    expect(subject).not.toMatch(/\p{Cc}/u)
    expect(html).not.toContain('<img')
    expect(html.split('<a ').length - 1).toBe(proof.includes('link') ? 1 : 0)
  })

  test('says "unknown" rather than nothing where a fact is not known', () => {
    const { text } = texts.render(template, { code, linkToken, data: {} }, language)
    expect(text).not.toMatch(/null|undefined|\(\)/)
  })
})

test('the two languages differ in every subject and text', () => {
  const texts = createMailTexts(settings)
  for (const template of mailTemplates) {
    const { facts }: MailKind = mailKinds[template]
    const [en, de] = languageNames.map((name) =>
      texts.render(template, { code, linkToken, data: facts }, name),
    )
    expect(en?.subject).not.toBe(de?.subject)
    expect(en?.text).not.toBe(de?.text)
  }
})

test('without a language the default one is used', () => {
  const { subject } = createMailTexts({ ...settings, defaultLanguage: 'de' }).render(
    'registration-code',
    { code, linkToken: null, data: {} },
  )
  expect(subject).toBe(`${code} ist Ihr Code für ${settings.productName}`)
})

test('a file in the folder takes the place of one text; an HTML file of one HTML part, escaped', () => {
  const templatesFolder = folderWith({
    'login-code.en.txt': 'Hello {{ product }}\n\nUse {{ code }}.',
    'api-key-code.de.html': '<b>{{ name }}</b> {{ code }} {{ product }}',
  })
  const texts = createMailTexts({ ...settings, templatesFolder })
  const login = texts.render('login-code', { code, linkToken: null, data: {} }, 'en')
  expect(login.subject).toBe('Hello Hill & Dale <Sons>')
  expect(login.text).toBe(`Use ${code}.\n`)
  expect(login.html).toContain(`<p>Use <strong class="code">${code}</strong>.</p>`)
  const key = texts.render('api-key-code', { code, linkToken: null, data: { name: '<i>' } }, 'de')
  expect(key.html).toBe(`<b>&lt;i&gt;</b> ${code} Hill &amp; Dale &lt;Sons&gt;`)
  const german = texts.render('login-code', { code, linkToken: null, data: {} }, 'de')
  expect(german.subject).toContain('Anmeldecode')
})

test.each([
  [
    'a name that no mail has',
    { 'login-cod.en.txt': 'x' },
    /login-cod\.en\.txt: no mail has this name/,
  ],
  [
    'a fact that is not known',
    { 'login-code.en.txt': 'x\n\n{{ code }}\n{{ pin }}' },
    /login-code\.en\.txt: .*pin, line:4/,
  ],
  [
    'a fact of another mail',
    { 'login-code.en.txt': 'x\n\n{{ code }} {{ device }}' },
    /device.*line:3/,
  ],
  [
    'a bracket that stays open',
    { 'login-code.en.txt': 'x\n\n{{ code' },
    /login-code\.en\.txt, line:3/,
  ],
  [
    'a filter that is not there',
    { 'login-code.en.txt': 'x\n\n{{ code | shout }}' },
    /shout.*line:3/,
  ],
  [
    'no code',
    { 'login-code.en.txt': 'x\n\ny' },
    /login-code\.en: both parts must show \{\{ code \}\}/,
  ],
  [
    'no link in the HTML',
    { 'invitation.de.html': '<p>x</p>' },
    /invitation\.de: both parts must show \{\{ link \}\}/,
  ],
  [
    'another file',
    { 'login-code.en.txt': 'x\n\n{{ code }}{% include "/etc/passwd" %}' },
    /login-code\.en\.txt/,
  ],
])('a template with %s stops the start, with file and line', (_, files, message) => {
  expect(() => createMailTexts({ ...settings, templatesFolder: folderWith(files) })).toThrow(
    message,
  )
})

test('a folder that is not there stops the start', () => {
  expect(() => createMailTexts({ ...settings, templatesFolder: '/nowhere' })).toThrow(
    'there is no folder /nowhere',
  )
})
