// Pages for somebody who is signed in: where nobody is, they lead to the sign-in; where the graph wants a fresh proof, to `/confirm`.
import type { Refusal } from './operation.ts'
import type { Page, PageAnswer, Redirect, Visit } from './page.ts'
import { ACCOUNT_PLACES } from './places.ts'

/** @param page Its path has to be one of places.ts. */
export function ownPage(page: Page & { readonly act: Page['show'] }): Page {
  const guarded =
    (answer: Page['show']) =>
    async (visit: Visit): Promise<PageAnswer> =>
      visit.person === null ? toSignIn(visit, page.path) : await answer(visit)
  return { ...page, show: guarded(page.show), act: guarded(page.act) }
}

/** Null for a refusal that the page itself has to explain. */
export function detour(visit: Visit, path: string, { code, challenge }: Refusal): Redirect | null {
  if (code === 'UNAUTHENTICATED') return toSignIn(visit, path)
  if (code !== 'STEP_UP_REQUIRED') return null
  // The token at hand may not know yet of a factor that was added a moment ago.
  const methods = challenge?.methods.join(' ')
  return { location: visit.passage.to('/confirm', { page: path, ...(methods && { methods }) }) }
}

function toSignIn({ passage, lostSession }: Visit, path: string): Redirect {
  if (lostSession === 'TOKEN_EXPIRED') {
    return { location: passage.to('/continue-session', { page: path }) }
  }
  const returnTo = ACCOUNT_PLACES.find((place) => place === path) ?? '/account'
  return { location: `/sign-in?${new URLSearchParams({ returnTo })}` }
}
