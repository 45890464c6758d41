// What an app asked for cannot be done, and nothing can be told to the app: the person reads it.
import type { ServerResponse } from 'node:http'
import type { Language } from '../../../platform/language.ts'
import { createFrame } from '../../../platform/pages/frame.ts'
import { html } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { providerTexts } from './texts/texts.ts'

export interface ProblemPage {
  readonly status: number
  /** Of the protocol, as `invalid_request`. */
  readonly code: string
  /** The library's own words, for who runs the app. */
  readonly detail?: string | undefined
  readonly language: Language | null
}

export function problemHtml(
  { brand }: Pick<AuthConfig, 'brand'>,
  { language, code, detail }: ProblemPage,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const shown = language ?? brand.defaultLanguage
  const texts = providerTexts[shown].problem
  const frame = createFrame(brand)
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': shown,
      'content-security-policy': frame.policy(),
    },
    body: frame.render({
      language: shown,
      title: texts.title,
      content: html`<h1>${texts.title}</h1>
      <p id="problem" role="alert" tabindex="-1" autofocus>${texts.text}</p>
      <p>${texts.code(detail === undefined ? code : `${code}: ${detail}`)}</p>`,
    }),
  }
}

export function renderProblem(
  config: Pick<AuthConfig, 'brand'>,
  { response, ...page }: ProblemPage & { readonly response: ServerResponse },
): void {
  const { headers, body } = problemHtml(config, page)
  response.writeHead(page.status, headers)
  response.end(body)
}
