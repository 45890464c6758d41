// Makes mails of templates. The HTML part is made from the text, so that both say the same; values are escaped there by
// the one place that makes paragraphs, and by the template engine where an operator's own HTML takes its place.
import { Liquid } from 'liquidjs'
import { escapeHtml } from '../../../platform/pages/html.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type Facts = Readonly<Record<string, string | number | null>>

// Control characters, which no value has: they mark what becomes an element.
const marks = { buttonStart: '\u0001', buttonEnd: '\u0002', codeStart: '\u0003', codeEnd: '\u0004' }

/** No template reads a file, and a name that is not known is an error with its line. */
const options = {
  templates: {},
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  lenientIf: true,
} as const

const plain = new Liquid(options)
plain.registerFilter('button', (url: string, label: string) => `${label}: ${url}`)
const marked = new Liquid(options)
marked.registerFilter(
  'button',
  (_url: string, label: string) => `${marks.buttonStart}${label}${marks.buttonEnd}`,
)
const escaping = new Liquid({ ...options, outputEscape: 'escape' })

export interface CompiledMail {
  render(facts: Facts, frame: { readonly language: string }): MailText
}

export interface MailSource {
  /** As errors name it. */
  readonly file: string
  readonly text: string
}

/** @throws with file and line when a template cannot be read */
export function compileMail(sources: {
  readonly text: MailSource
  readonly layout: MailSource
  /** Takes the place of what is made from the text. */
  readonly html: MailSource | null
}): CompiledMail {
  const asText = compile(plain, sources.text)
  const asMarked = compile(marked, sources.text)
  const around = compile(escaping, sources.layout)
  const own = sources.html && compile(escaping, sources.html)
  return {
    render(given, { language }) {
      const facts = withoutControls(given)
      const { subject, body } = split(asText(facts))
      const html =
        own !== null
          ? own({ ...facts, subject, language })
          : around({
              product: facts.product ?? '',
              subject,
              language,
              content: paragraphs(asMarked(withMarkedCode(facts)), facts),
            })
      return { subject, text: `${body}\n`, html }
    },
  }
}

function compile(engine: Liquid, { file, text }: MailSource): (facts: Facts) => string {
  const template = engine.parse(text, file)
  return (facts) => {
    try {
      return engine.renderSync(template, { ...facts })
    } catch (error) {
      // The engine names line and column, and the file only where it could not read it.
      throw new Error(`${file}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      })
    }
  }
}

/** The first line is the subject; what stands in it can never begin another header. */
function split(rendered: string): { subject: string; body: string } {
  const text = rendered.replace(/\r\n?/g, '\n').trim()
  const end = text.indexOf('\n')
  const [subject, body] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)]
  return { subject: subject.trim(), body: body.trim() }
}

function paragraphs(rendered: string, { link }: Facts): string {
  const { body } = split(rendered)
  return body
    .split('\n\n')
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${elements(escapeHtml(paragraph), escapeHtml(String(link ?? '')))}</p>`)
    .join('\n      ')
}

function elements(escaped: string, link: string): string {
  return escaped
    .replaceAll('\n', '<br>\n      ')
    .replaceAll(marks.buttonStart, `<a class="button" href="${link}">`)
    .replaceAll(marks.buttonEnd, '</a>')
    .replaceAll(marks.codeStart, '<strong class="code">')
    .replaceAll(marks.codeEnd, '</strong>')
}

function withMarkedCode(facts: Facts): Facts {
  const { code } = facts
  return code === null || code === undefined
    ? facts
    : { ...facts, code: `${marks.codeStart}${code}${marks.codeEnd}` }
}

function withoutControls(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(/\p{Cc}/gu, ' ') : value,
    ]),
  )
}
