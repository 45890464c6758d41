// What an app may do, as its person let it, at each place where it may.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { isGraph } from '../oauth-clients/scopes.ts'
import type { Visit } from './page.ts'
import { scopeList } from './scope-list.ts'

export interface GrantedApp {
  /** By audience, as the app wrote it. */
  readonly access: readonly { readonly resource: string; readonly scopes: readonly string[] }[]
  readonly offline: boolean
}

export function grantedAccess(visit: Visit, { access, offline }: GrantedApp): Piece {
  const { texts, publicUrl } = visit
  const here = access.filter(({ resource }) => isGraph(publicUrl, resource))
  const elsewhere = access.filter((one) => !here.includes(one))
  // One place may have been asked for in several spellings.
  const scopesHere = [...new Set(here.flatMap(({ scopes }) => scopes))]
  return [
    at(visit, texts.scopes.here, scopesHere),
    elsewhere.map(({ resource, scopes }) => at(visit, texts.scopes.at(placeOf(resource)), scopes)),
    offline ? html`<p class="hint">${texts.scopes.offline}</p>` : null,
  ]
}

/** As people are asked about it: without the scheme. */
export function placeOf(resource: string): string {
  return resource.replace(/^https?:\/\//, '')
}

function at(visit: Visit, intro: string, scopes: readonly string[]): Piece {
  const shown = scopes.filter((scope) => scope !== 'offline_access')
  return shown.length === 0 ? null : html`<p>${intro}</p>${scopeList(visit, shown)}`
}
