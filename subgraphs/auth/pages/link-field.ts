// The field that a mailed link goes into: filled in by the page's script from behind `#`, or by the person.
import { type Html, html } from '../../../platform/pages/html.ts'
import { field } from './fields.ts'
import type { Problem } from './page.ts'
import type { PageTexts } from './texts/texts.ts'

/** @param link What it carries, when it is known already. */
export function linkField(
  texts: PageTexts,
  link: string | null,
  problems: readonly Problem[],
): Html {
  if (link !== null) return html`<input type="hidden" name="link" value="${link}">`
  return html`<div id="link-field">${field(
    {
      name: 'link',
      label: texts.link,
      autocomplete: 'off',
      hint: texts.linkHint,
      maxLength: 2048,
    },
    problems,
  )}</div>`
}

/** People paste a whole link, or what stands behind its `#`, and a mail program may have folded it. Null: nothing. */
export function readLink(form: URLSearchParams): string | null {
  const pasted = form.get('link') ?? ''
  const token = pasted
    .slice(pasted.lastIndexOf('#') + 1)
    .replace(/\s/g, '')
    .slice(0, 256)
  return token === '' ? null : token
}
