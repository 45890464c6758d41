// `/add-passkey`: after a sign-in with a password, where PASSKEY_OFFER says so. Anyone who has no passkey is offered one, and goes on to
// where they were on the way to, with it or without.
import { html } from '../../../platform/pages/html.ts'
import { button, form } from './fields.ts'
import { leadOnToConsent } from './lead-on.ts'
import { makePasskey } from './make-passkey.ts'
import { operation } from './operation.ts'
import { ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { CONFIRM_PASSKEY, passkeyIntro, START_PASSKEY } from './passkeys.ts'
import type { Explained } from './refusals.ts'

const STANDING = operation<{
  signInMethods: { readonly passkey: boolean }
  viewer: {
    readonly session: { readonly authenticationMethods: readonly string[] } | null
    readonly user: { readonly factors: readonly { readonly kind: string }[] } | null
  } | null
}>(
  `query PageOfferPasskey {
    signInMethods { passkey }
    viewer { session { authenticationMethods } user { factors { kind } } }
  }`,
)

const PATH = '/add-passkey'
const LATER = '__Host-passkey-later'
/** Anyone who says no is left alone in this browser. */
const LATER_SECONDS = 30 * 24 * 3600

export const addPasskey = ownPage({
  path: PATH,
  needs: [STANDING, START_PASSKEY, CONFIRM_PASSKEY],
  async show(visit) {
    // A redirect that follows a form may not end where a consent does: lead-on.ts.
    if (!(await isWanted(visit))) return leadOnToConsent(onwards(visit), visit.texts)
    return offer(visit)
  },
  async act(visit) {
    if (visit.form.get('do') === 'later') {
      return { ...onwards(visit), cookies: [`${LATER}=1; ${cookieFor(LATER_SECONDS)}`] }
    }
    return await makePasskey(visit, { path: PATH, begin: offer, leave: later, done: onwards })
  },
})

async function isWanted(visit: Visit): Promise<boolean> {
  if (visit.flowCookies.has(LATER)) return false
  const answer = await visit.ask(STANDING, {})
  if ('refusal' in answer) return false
  const { signInMethods, viewer } = answer.data
  return (
    signInMethods.passkey &&
    viewer?.session?.authenticationMethods.includes('pwd') === true &&
    viewer.user?.factors.every(({ kind }) => kind !== 'PASSKEY') === true
  )
}

function onwards({ passage }: Visit) {
  return { location: passage.destination }
}

function offer(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.passkey.offer,
    ...explained,
    formTargets: passage.formTargets,
    content: html`${passkeyIntro(visit)}
      <div hidden data-needs-passkeys>${form(visit, passage.to(PATH), button({ text: texts.passkey.begin }))}</div>
      ${later(visit)}`,
  }
}

function later(visit: Visit) {
  const { texts, passage } = visit
  return form(visit, passage.to(PATH), [
    button({ text: texts.passkey.later, does: 'later', isPlain: true }),
  ])
}

function cookieFor(maxAge: number): string {
  return `Path=/; Max-Age=${maxAge}; Secure; SameSite=Lax; HttpOnly`
}
