// The parts that pages are made of: a form with its token, fields with their problems, buttons.
import { Html, html, type Piece } from '../../../platform/pages/html.ts'
import type { Problem, Visit } from './page.ts'

/** @param action Where it is sent, with its query: the page's own path. */
export function form(
  { formToken }: Pick<Visit, 'formToken'>,
  action: string,
  content: Piece,
): Html {
  return html`<form method="post" action="${action}">
        <input type="hidden" name="form" value="${formToken}">
        ${content}
      </form>`
}

export interface Field {
  /** Its id as well. */
  readonly name: string
  readonly label: string
  /** Default text. */
  readonly type?: 'email' | 'password' | 'text'
  readonly autocomplete: string
  readonly value?: string
  readonly hint?: string
  /** Default true. */
  readonly isRequired?: boolean
  readonly inputMode?: 'numeric'
  readonly maxLength?: number
  /** Where nothing is wrong. Default false. */
  readonly hasFocus?: boolean
}

export function field(of: Field, problems: readonly Problem[] = []): Html {
  const { name, label, type = 'text', autocomplete, value, hint, maxLength = 254 } = of
  const problem = problems.find((one) => one.field === name)
  const isFirst = problem !== undefined && problem === problems.find((one) => one.field)
  const described = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ')
  return html`<div class="field">
          <label for="${name}">${label}</label>
          <input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" maxlength="${maxLength}" autocapitalize="none" spellcheck="false"${[
            value ? html` value="${value}"` : null,
            (of.isRequired ?? true) ? html` required` : null,
            of.inputMode ? html` inputmode="${of.inputMode}"` : null,
            described === '' ? null : html` aria-describedby="${described}"`,
            problem === undefined ? null : html` aria-invalid="true"`,
            isFirst || (problems.length === 0 && of.hasFocus) ? html` autofocus` : null,
          ]}>
          ${hint ? html`<p id="${name}-hint" class="hint">${hint}</p>` : null}
          ${problem ? html`<p id="${name}-problem" class="wrong">${problem.text}</p>` : null}
        </div>`
}

/** @param of Its name is its id as well. */
export function checkbox(of: {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly isChecked: boolean
}): Html {
  const { name, label, hint, isChecked } = of
  return html`<div class="field">
          <label class="check"><input id="${name}" name="${name}" type="checkbox" value="1" aria-describedby="${name}-hint"${isChecked ? html` checked` : null}> ${label}</label>
          <p id="${name}-hint" class="hint">${hint}</p>
        </div>`
}

export interface Button {
  readonly text: string
  /** The field `do` of the form. Default: absent. */
  readonly does?: string
  /** Not the main one. Default false. */
  readonly isPlain?: boolean
  /** What it is about, for those who hear the page: many buttons read alike. */
  readonly about?: string
  /** It needs none of the form's fields. Default false. */
  readonly skipsFields?: boolean
}

export function button({ text, does, isPlain, about, skipsFields }: Button): Html {
  return html`<button type="submit"${[
    does === undefined ? null : html` name="do" value="${does}"`,
    isPlain ? html` class="plain"` : null,
    skipsFields ? html` formnovalidate` : null,
  ]}>${text}${about ? html`<span class="visually-hidden"> (${about})</span>` : null}</button>`
}

export function links(items: readonly { readonly href: string; readonly text: string }[]): Piece {
  if (items.length === 0) return null
  return html`<nav><ul>${items.map(({ href, text }) => html`<li><a href="${href}">${text}</a></li>`)}</ul></nav>`
}

/** What is wrong, first of all, where everyone who hears or sees the page begins. */
export function problemSummary(problems: readonly Problem[]): Piece {
  if (problems.length === 0) return null
  const hasField = problems.some((one) => one.field !== undefined)
  return html`<div id="problem" role="alert" tabindex="-1"${hasField ? null : new Html(' autofocus')}>${problems.map(
    ({ text, field: name }) =>
      name === undefined ? html`<p>${text}</p>` : html`<p><a href="#${name}">${text}</a></p>`,
  )}</div>`
}
