// `/consent`: where a person comes back to after signing in, and is asked whether an app may. Who needs not be asked is sent on.
import type { Knex } from 'knex'
import { html } from '../../../platform/pages/html.ts'
import { transact } from '../core/database.ts'
import { findClient } from '../oauth-clients/client.ts'
import { giveGrant, grantableScopes } from '../oauth-grants/give-grant.ts'
import { button, form } from '../pages/fields.ts'
import type { Page, PageAnswer, Visit } from '../pages/page.ts'
import { scopeList } from '../pages/scope-list.ts'
import { findGrantInSession, type Grant } from '../sessions/app-grant.ts'
import { requireOpenSession } from '../sessions/live-session.ts'
import { askFurtherProof } from './ask-further-proof.ts'
import { askedAccess } from './asked-access.ts'
import { findOpenSession, type Present } from './bind-session.ts'
import { answerInteraction, browserOf, findInteraction, findRequest } from './interactions.ts'
import { scopesAtResources } from './resources.ts'
import type { ServingParts } from './serving.ts'
import { isAsShown, resourceLine, shownScopes } from './shown-access.ts'
import { providerTexts } from './texts/texts.ts'

type Flow = NonNullable<Awaited<ReturnType<typeof findInteraction>>>

export function createConsentPage(parts: ServingParts): Page {
  const { deps } = parts
  return {
    path: '/consent',
    needs: [],
    async show(visit) {
      // Anyone who signed in to connect a device goes back to that.
      if (visit.query.get('flow') === 'device') return { location: '/oauth2/device' }
      const flow = await flowOf(parts, visit)
      if (flow === null) return await beforeFlow(parts, visit)
      const present = await presentOf(parts, visit)
      if (present === null) return { location: signInOf(visit) }
      if (flow.prompt.name === 'login') return await afterSignIn(visit, flow, present)
      if (flow.session?.accountId !== present.user.id) return isOver(visit)
      return await ask(parts, visit, { flow, present })
    },
    async act(visit) {
      const flow = await flowOf(parts, visit)
      const present = await presentOf(parts, visit)
      if (flow === null || present === null || flow.prompt.name !== 'consent') return isOver(visit)
      if (flow.session?.accountId !== present.user.id) return isOver(visit)
      if (visit.form.get('do') !== 'allow') {
        const error = { error: 'access_denied', error_description: 'the person said no' }
        return { location: await answerInteraction(flow, error) }
      }
      const before = await grantOfFlow(deps.db, flow, present)
      const asked = askedAccess(flow.params, deps.config.publicUrl)
      if (asked.scopes.includes('offline_access') || before?.offline === true) {
        const lacking = await askFurtherProof(deps, visit, { path: '/consent', present })
        if (lacking !== null) return lacking
      }
      const grant = await transact(deps.db, async (trx) => {
        const live = await requireOpenSession(trx, present)
        const client = await findClient(trx, String(flow.params.client_id))
        if (client === undefined) return null
        const scopes = scopesAtResources(deps.config, client, asked)
        if (!isAsShown(visit, grantableScopes(scopes, client, live.user))) return null
        // The button may have been pressed twice.
        const existing = await grantOfFlow(trx, flow, present)
        return await giveGrant(trx, deps, visit.origin, {
          ...live,
          client,
          scopes,
          resources: asked.resources,
          ...(existing && { existing }),
        })
      })
      // The app, or what the person may, is another than what they saw.
      if (grant === null) return await ask(parts, visit, { flow, present })
      return { location: await answerInteraction(flow, { consent: { grantId: grant.id } }) }
    },
  }
}

async function flowOf({ deps, provider }: ServingParts, visit: Visit): Promise<Flow | null> {
  const browser = browserOf(visit.flowCookies)
  return await findInteraction(deps.db, provider(), { flow: visit.query.get('flow'), browser })
}

/** Signed in, for an app that nothing was known of before. */
async function beforeFlow({ deps }: ServingParts, visit: Visit): Promise<PageAnswer> {
  const browser = browserOf(visit.flowCookies)
  const url = await findRequest(deps.db, { flow: visit.query.get('flow'), browser })
  if (url === null) return isOver(visit)
  return { location: visit.person === null ? signInOf(visit) : url }
}

async function presentOf({ deps }: ServingParts, { person }: Visit): Promise<Present | null> {
  return person === null ? null : await findOpenSession(deps.db, person)
}

function signInOf({ passage, lostSession }: Visit): string {
  return passage.to(lostSession === 'TOKEN_EXPIRED' ? '/continue-session' : '/sign-in')
}

/** Signed in is not enough where the app asked for a new proof, a younger one, or a further factor. */
async function afterSignIn(visit: Visit, flow: Flow, present: Present): Promise<PageAnswer> {
  const { session, user } = present
  const { reasons } = flow.prompt
  const provedAt = Math.floor(session.authenticated_at.getTime() / 1000)
  const needsNew = reasons.includes('login_prompt') || reasons.includes('max_age')
  const needsFactor = reasons.some((reason) => reason.startsWith('essential_acr'))
  if ((needsNew && provedAt < flow.iat) || (needsFactor && session.acr !== 'aal2')) {
    return { location: visit.passage.to('/sign-in', { again: '1' }) }
  }
  if (reasons.includes('id_token_hint') || reasons.includes('claims_id_token_sub_value')) {
    const error = { error: 'login_required', error_description: 'another person is signed in' }
    return { location: await answerInteraction(flow, error) }
  }
  // Signing in again makes another session, and that one goes on.
  if (flow.session !== undefined) delete (flow.session as { uid?: string }).uid
  const login = {
    accountId: user.id,
    ts: provedAt,
    acr: session.acr,
    amr: session.authentication_methods,
  }
  return { location: await answerInteraction(flow, { login }) }
}

async function grantOfFlow(
  db: Knex,
  { params }: Flow,
  { session, user }: Present,
): Promise<Grant | undefined> {
  const clientId = String(params.client_id)
  return await findGrantInSession(db, { userId: user.id, clientId, sessionId: session.id })
}

async function ask(
  parts: ServingParts,
  visit: Visit,
  { flow, present }: { readonly flow: Flow; readonly present: Present },
): Promise<PageAnswer> {
  const { deps } = parts
  const client = await findClient(deps.db, String(flow.params.client_id))
  if (client === undefined) return isOver(visit)
  const texts = providerTexts[visit.language].consent
  const asked = askedAccess(flow.params, deps.config.publicUrl)
  const usable = scopesAtResources(deps.config, client, asked)
  const scopes = grantableScopes(usable, client, present.user)
  // An empty list is nothing to ask about.
  if (scopes.length === 0) {
    const error_description = 'this person may do nothing of what the app asks for'
    return {
      location: await answerInteraction(flow, { error: 'access_denied', error_description }),
    }
  }
  const target = redirectTarget(String(flow.params.redirect_uri))
  // What is added to access that stays, stays.
  const stays = (await grantOfFlow(deps.db, flow, present))?.offline === true
  return {
    title: texts.title(client.name),
    formTargets: [target.formTarget],
    content: html`<p>${texts.intro(client.name, visit.productName)}</p>
      ${scopeList(visit, stays ? [...scopes, 'offline_access'] : scopes)}
      ${resourceLine(visit, deps.config, { client, resources: asked.resources })}
      <p>${texts.redirect(target.shown)}</p>
      <p class="hint">${visit.texts.signIn.signedInAs(present.user.email)}</p>
      ${form(visit, visit.passage.to('/consent'), [
        shownScopes(scopes),
        button({ text: texts.allow, does: 'allow' }),
        button({ text: texts.deny, does: 'deny', isPlain: true }),
      ])}`,
  }
}

/** What people know an app by is the host that they are sent to, not the name that it chose. */
function redirectTarget(uri: string): { readonly shown: string; readonly formTarget: string } {
  const { protocol, host, origin } = new URL(uri)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb ? { shown: host, formTarget: origin } : { shown: protocol, formTarget: protocol }
}

function isOver(visit: Pick<Visit, 'language'>): PageAnswer {
  const { over, overText } = providerTexts[visit.language].consent
  return { status: 410, title: over, problems: [{ text: overText }], content: html`` }
}
