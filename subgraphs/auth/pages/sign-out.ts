// `/sign-out`: a link asks, and the form ends the session of this browser.
import { html } from '../../../platform/pages/html.ts'
import { button, form } from './fields.ts'
import { operation } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { explain } from './refusals.ts'

/** Ends the session of this browser, by its refresh cookie where the access token has expired. */
export const LOGOUT = operation<{ logout: { readonly revokedSessionIds: readonly string[] } }>(
  'mutation PageLogout { logout { revokedSessionIds } }',
)

export const signOut: Page = {
  path: '/sign-out',
  needs: [LOGOUT],
  async show(visit) {
    return hasSession(visit) ? ask(visit) : signedOut(visit)
  },
  async act(visit) {
    const answer = await visit.ask(LOGOUT, {})
    if ('refusal' in answer) return { ...ask(visit), ...explain(visit, answer.refusal) }
    return { location: visit.passage.to('/sign-out') }
  },
}

/** An access token that has expired, or that others have replaced, does not end its session. */
export function hasSession({ person, lostSession }: Visit): boolean {
  return person !== null || lostSession === 'TOKEN_EXPIRED' || lostSession === 'TOKEN_STALE'
}

function ask(visit: Visit) {
  const { texts, passage } = visit
  return {
    title: texts.signOut.title,
    content: html`<p>${texts.signOut.intro}</p>
      ${form(visit, passage.to('/sign-out'), button({ text: texts.signOut.title }))}`,
  }
}

function signedOut({ texts, passage, homeUrl, productName }: Visit): PageAnswer {
  return {
    title: texts.signOut.title,
    content: html`<p id="done" role="status">${texts.signOut.done}</p>
      <p><a class="button" href="${homeUrl}">${texts.continueTo(productName)}</a>
      <a class="button plain" href="${passage.to('/sign-in')}">${texts.signIn.title}</a></p>`,
  }
}
