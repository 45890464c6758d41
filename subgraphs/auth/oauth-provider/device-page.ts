// `/oauth2/device`: a person types the code that a device shows (RFC 8628). It is typed, never followed from a link; what asks, from
// where, and for what is shown, and always asked. Only the session that typed a code answers it.
import { html } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { transact } from '../core/database.ts'
import type { Client } from '../oauth-clients/client.ts'
import { giveGrant, grantableScopes } from '../oauth-grants/give-grant.ts'
import { button, field, form } from '../pages/fields.ts'
import type { Page, PageAnswer, Problem, Visit } from '../pages/page.ts'
import { scopeList } from '../pages/scope-list.ts'
import { requireOpenSession } from '../sessions/live-session.ts'
import { askFurtherProof } from './ask-further-proof.ts'
import { type AskedAccess, askedAccess } from './asked-access.ts'
import { findOpenSession, type Present } from './bind-session.ts'
import { scopesAtResources } from './resources.ts'
import type { ServingParts } from './serving.ts'
import { isAsShown, resourceLine, shownScopes } from './shown-access.ts'
import { providerTexts } from './texts/texts.ts'
import {
  claimCode,
  type DeviceCode,
  type FoundDevice,
  letInBefore,
  markAnswered,
} from './typed-code.ts'

/** Somebody must have proved who they are this lately: a screen left open lets nobody's device in. */
const FRESH_SECONDS = 900
const PATH = '/oauth2/device'

export function createDevicePage(parts: ServingParts): Page {
  return {
    path: PATH,
    needs: [],
    async show(visit) {
      const present = await freshOf(parts, visit)
      if (present === null) return { location: signIn(visit) }
      return (
        (await askFurtherProof(parts.deps, visit, { path: PATH, present })) ?? askForCode(visit)
      )
    },
    async act(visit) {
      const present = await freshOf(parts, visit)
      if (present === null) return { location: signIn(visit) }
      const lacking = await askFurtherProof(parts.deps, visit, { path: PATH, present })
      if (lacking !== null) return lacking
      const found = await claimCode(parts, visit, present)
      if (found === 'limited') return wrong(visit, 429)
      const answer = visit.form.get('do')
      if (found === null) {
        // The button was pressed twice.
        const client = answer === 'allow' ? await letInBefore(parts, visit, present) : undefined
        return client === undefined ? wrong(visit, 422) : connected(visit, client)
      }
      if (answer === 'allow') return await allow(parts, visit, { ...found, present })
      if (answer === 'deny') return await deny(visit, found)
      return await confirm(parts, visit, { ...found, present })
    },
  }
}

async function freshOf({ deps }: ServingParts, { person }: Visit): Promise<Present | null> {
  const present = person === null ? null : await findOpenSession(deps.db, person)
  if (present === null) return null
  const age = Date.now() - present.session.authenticated_at.getTime()
  return age <= FRESH_SECONDS * 1000 ? present : null
}

function signIn({ person, lostSession }: Visit): string {
  if (lostSession === 'TOKEN_EXPIRED') return '/continue-session?flow=device'
  return person === null ? '/sign-in?flow=device' : '/sign-in?flow=device&again=1'
}

function accessOf(config: AuthConfig, client: Client, { params = {} }: DeviceCode): AskedAccess {
  const asked = askedAccess(params as Record<string, unknown>, config.publicUrl)
  return { ...asked, scopes: scopesAtResources(config, client, asked) }
}

async function allow(
  { deps }: ServingParts,
  visit: Visit,
  found: FoundDevice & { readonly present: Present },
): Promise<PageAnswer> {
  const { client, device, present } = found
  const asked = accessOf(deps.config, client, device)
  const grant = await transact(deps.db, async (trx) => {
    const live = await requireOpenSession(trx, present)
    if (!isAsShown(visit, grantableScopes(asked.scopes, client, live.user))) return 'changed'
    if (!(await markAnswered(trx, found.userCode))) return 'answered'
    return await giveGrant(trx, deps, visit.origin, { ...live, client, ...asked })
  })
  if (grant === 'changed') return await confirm({ deps }, visit, found)
  if (grant === 'answered') return connected(visit, client)
  const { session, user } = present
  Object.assign(device, {
    accountId: user.id,
    acr: session.acr,
    amr: session.authentication_methods,
    authTime: Math.floor(session.authenticated_at.getTime() / 1000),
    grantId: grant.id,
    scope: grant.scopes.filter((scope) => asked.scopes.includes(scope)).join(' '),
    sessionUid: session.id,
    resource: asked.resources.length === 1 ? asked.resources[0] : asked.resources,
  })
  await device.save()
  return connected(visit, client)
}

function connected({ language }: Visit, { name }: Client): PageAnswer {
  const texts = providerTexts[language].device
  return { title: texts.done, content: html`<p role="status">${texts.doneText(name)}</p>` }
}

async function deny({ language }: Visit, { device }: FoundDevice): Promise<PageAnswer> {
  const texts = providerTexts[language].device
  await tellNo(device, 'the person said no')
  return { title: texts.denied, content: html`<p role="status">${texts.deniedText}</p>` }
}

async function tellNo(device: DeviceCode, errorDescription: string): Promise<void> {
  Object.assign(device, { error: 'access_denied', errorDescription })
  await device.save()
}

function askForCode(visit: Visit, problems: readonly Problem[] = []): PageAnswer {
  const texts = providerTexts[visit.language].device
  return {
    title: texts.title,
    problems,
    content: html`<p>${texts.intro}</p>
      ${form(visit, PATH, [
        field(
          {
            name: 'code',
            label: texts.code,
            autocomplete: 'off',
            hint: texts.codeHint,
            maxLength: 20,
            hasFocus: true,
          },
          problems,
        ),
        button({ text: texts.next }),
      ])}`,
  }
}

function wrong(visit: Visit, status: 422 | 429): PageAnswer {
  const { wrong: text } = providerTexts[visit.language].device
  return { ...askForCode(visit, [{ text, field: 'code' }]), status } as PageAnswer
}

async function confirm(
  { deps }: Pick<ServingParts, 'deps'>,
  visit: Visit,
  { userCode, client, device, present }: FoundDevice & { readonly present: Present },
): Promise<PageAnswer> {
  const texts = providerTexts[visit.language].device
  const { ip, ua } = (device as { deviceInfo?: { ip?: string; ua?: string } }).deviceInfo ?? {}
  const asked = accessOf(deps.config, client, device)
  const scopes = grantableScopes(asked.scopes, client, present.user)
  // An empty list is nothing to ask about.
  if (scopes.length === 0) {
    await tellNo(device, 'this person may do nothing of what the device asks for')
    return { title: texts.denied, content: html`<p role="status">${texts.nothingText}</p>` }
  }
  return {
    title: texts.confirm(client.name),
    content: html`<p>${texts.confirmIntro}</p>
      ${scopeList(visit, scopes)}
      ${resourceLine(visit, deps.config, { client, resources: asked.resources })}
      <p>${texts.from(ip ?? '?', ua ?? '?')}</p>
      <p class="hint">${visit.texts.signIn.signedInAs(present.user.email)}</p>
      ${form(visit, PATH, [
        html`<input type="hidden" name="code" value="${userCode}">`,
        shownScopes(scopes),
        button({ text: texts.allow, does: 'allow' }),
        button({ text: texts.deny, does: 'deny', isPlain: true }),
      ])}`,
  }
}
