// Where an app would use what it asks for. What was shown goes with the page's form: nobody grants what they did not see.
import { html, type Piece } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import type { Client } from '../oauth-clients/client.ts'
import { placeOf } from '../pages/granted-access.ts'
import type { Visit } from '../pages/page.ts'
import { audienceOf } from './resources.ts'
import { providerTexts } from './texts/texts.ts'

/** Where the app would use it; unsaid where that is this deployment alone. */
export function resourceLine(
  { language }: Pick<Visit, 'language'>,
  config: Pick<AuthConfig, 'publicUrl' | 'oauth'>,
  { client, resources }: { readonly client: Client; readonly resources: readonly string[] },
): Piece | null {
  const audiences = resources.map((resource) => audienceOf(config, client, resource))
  if (audiences.every((audience) => audience === config.publicUrl)) return null
  const shown = resources.map(placeOf).join(', ')
  return html`<p>${providerTexts[language].consent.resources(shown)}</p>`
}

/** For the form below the list. */
export function shownScopes(scopes: readonly string[]): Piece {
  return html`<input type="hidden" name="scopes" value="${scopes.join(' ')}">`
}

/** Whether this is still the list that the person answered. */
export function isAsShown({ form }: Pick<Visit, 'form'>, scopes: readonly string[]): boolean {
  return form.get('scopes') === scopes.join(' ')
}
