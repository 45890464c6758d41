// `/continue-session`: the access token has expired and the session has not. A link renews nothing, so a form does; with JavaScript
// it sends itself.
import { html } from '../../../platform/pages/html.ts'
import { button, form } from './fields.ts'
import { operation } from './operation.ts'
import type { Page, Visit } from './page.ts'
import { readPlace } from './places.ts'
import { explain } from './refusals.ts'

const REFRESH = operation<{ refresh: { readonly session: { readonly id: string } } }>(
  'mutation PageRefresh { refresh { session { id } } }',
  'nobody',
)

export const continueSession: Page = {
  path: '/continue-session',
  needs: [REFRESH],
  async show(visit) {
    if (visit.person !== null) return { location: placeOf(visit) }
    return ask(visit)
  },
  async act(visit) {
    const answer = await visit.ask(REFRESH, {})
    if ('data' in answer) return { location: placeOf(visit) }
    if (answer.refusal.code === 'INVALID_REFRESH_TOKEN') {
      return { location: visit.passage.to('/sign-in', { again: '1' }) }
    }
    return { ...ask(visit), ...explain(visit, answer.refusal) }
  },
}

function placeOf({ passage, query }: Visit): string {
  return passage.to(readPlace(query, '/sign-in'))
}

function ask(visit: Visit) {
  const { texts, passage, query } = visit
  const page = query.get('page')
  return {
    title: texts.continueSession.title,
    content: html`<p>${texts.continueSession.intro}</p>
      <div data-send>${form(visit, passage.to('/continue-session', page === null ? {} : { page }), [
        button({ text: texts.continueSession.button }),
      ])}</div>`,
  }
}
