// `sallyport mail preview`, as an operator types it.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import PostalMime from 'postal-mime'
import { afterAll, expect, test } from 'vitest'
import { mailTemplates } from '../../subgraphs/auth/core/mail/kinds.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-preview-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sallyport = async (args: readonly string[], env: Record<string, string> = {}) =>
  await promisify(execFile)(
    process.execPath,
    [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      'scripts/sallyport.ts',
      ...args,
    ],
    { env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'data'), ...env } },
  )

test('shows one mail in one language in the terminal, and makes no folder of data', async () => {
  const { stdout } = await sallyport(
    ['mail', 'preview', '--template', 'login-code', '--language', 'de'],
    {
      PRODUCT_NAME: 'Hill & Dale',
    },
  )
  expect(stdout).toContain('Subject: 12345678 ist Ihr Anmeldecode für Hill & Dale')
  expect(stdout.match(/^== /gm)).toHaveLength(1)
  expect(readdirSync(folder)).toEqual([])
})

test('writes every mail as text, HTML and a mail, and the templates to start from', async () => {
  const out = join(folder, 'out')
  await sallyport(['mail', 'preview', '--out', out])
  for (const template of mailTemplates) {
    for (const language of ['en', 'de']) {
      const name = join(out, `${template}.${language}`)
      const mail = await PostalMime.parse(readFileSync(`${name}.eml`))
      const [subject = ''] = readFileSync(`${name}.txt`, 'utf8').split('\n')
      expect(mail.subject).toBe(subject)
      expect(mail.html?.trim()).toBe(readFileSync(`${name}.html`, 'utf8').trim())
      expect(mail.from?.name).toBe('Sallyport')
      expect(mail.text).not.toBe('')
    }
  }
  // What was written is a folder of templates that is taken as it stands.
  const templates = join(out, 'templates')
  writeFileSync(join(templates, 'login-code.en.txt'), 'Mine\n\n{{ code }}')
  const { stdout } = await sallyport(
    ['mail', 'preview', '--template', 'login-code', '--language', 'en'],
    {
      MAIL_TEMPLATES: templates,
    },
  )
  expect(stdout).toContain('Subject: Mine')
})

test('what cannot be used ends with a sentence and an exit code', async () => {
  await expect(sallyport(['mail', 'preview', '--template', 'login'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no mail "login"'),
  })
  await expect(
    sallyport(['mail', 'preview'], { MAIL_TEMPLATES: '/nowhere' }),
  ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere') })
})
