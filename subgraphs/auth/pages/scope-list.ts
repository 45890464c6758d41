// Scopes in words: where a person is asked whether an app may, and where they see what it may.
import { wordsForScope } from '../../../platform/described-scopes.ts'
import { html, type Piece } from '../../../platform/pages/html.ts'
import type { Visit } from './page.ts'

/** In the deployment's own words where it has some; what nobody described is shown by its name. */
export function scopeList(
  { language, texts, describedScopes }: Pick<Visit, 'language' | 'texts' | 'describedScopes'>,
  scopes: readonly string[],
): Piece {
  const { words: own, offline } = texts.scopes
  const shown = scopes.filter((scope) => scope !== 'offline_access')
  return html`<ul>${shown.map((scope) => {
    const words = wordsForScope(describedScopes, { scope, language }) ?? own[scope]
    return words === undefined ? html`<li><code>${scope}</code></li>` : html`<li>${words}</li>`
  })}</ul>
      ${scopes.includes('offline_access') ? html`<p>${offline}</p>` : null}`
}
