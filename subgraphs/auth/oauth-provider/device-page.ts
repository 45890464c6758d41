// `/oauth2/device`: a person types the code that a device shows (RFC 8628). It is typed, never followed from a link; what asks, from
// where, and for what is shown, and always asked. Only the session that typed a code answers it.
import { html } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { transact } from '../core/database.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { type Client, findClient } from '../oauth-clients/client.ts'
import { giveGrant, grantableScopes } from '../oauth-grants/give-grant.ts'
import { button, field, form } from '../pages/fields.ts'
import type { Page, PageAnswer, Problem, Visit } from '../pages/page.ts'
import { requireOpenSession } from '../sessions/live-session.ts'
import { askFurtherProof } from './ask-further-proof.ts'
import { type AskedAccess, askedAccess } from './asked-access.ts'
import { findOpenSession, type Present } from './bind-session.ts'
import { scopesAtResources } from './resources.ts'
import { isAsShown, resourceLine, scopeList, shownScopes } from './scope-list.ts'
import type { ServingParts } from './serving.ts'
import { providerTexts } from './texts/texts.ts'

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
      if (found === null) return wrong(visit, 422)
      const answer = visit.form.get('do')
      if (answer === 'allow') return await allow(parts, visit, { ...found, present })
      if (answer === 'deny') return await deny(visit, found)
      return await confirm(parts, visit, { ...found, present })
    },
  }
}

interface FoundDevice {
  readonly userCode: string
  readonly client: Client
  readonly device: DeviceCode
}

type DeviceCode = NonNullable<Awaited<ReturnType<typeof findDevice>>>

async function findDevice({ provider }: ServingParts, userCode: string) {
  const { DeviceCode } = provider()
  const found = await DeviceCode.findByUserCode(userCode)
  const isWaiting = found !== undefined && !found.accountId && !found.error && !found.consumed
  return isWaiting ? found : null
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

/** Counted before it is looked at. The first session that types a code is the one that answers it. */
async function claimCode(
  parts: ServingParts,
  visit: Visit,
  { session, user }: Present,
): Promise<FoundDevice | 'limited' | null> {
  const { deps } = parts
  const userCode = (visit.form.get('code') ?? '').toUpperCase().replace(/[^A-Z]/g, '')
  const isAnswer = visit.form.has('do')
  const forgive = isAnswer ? async () => {} : await countTry(parts, visit, user.id)
  if (forgive === null) return 'limited'
  const device = userCode.length === 8 ? await findDevice(parts, userCode) : null
  if (device === null) return null
  const claimed = await deps
    .db('oauth_objects')
    .where({ model: 'DeviceCode', user_code_hash: sha256(userCode) })
    .whereRaw('expires_at > now() and coalesce(claimed_by, ?) = ?', [session.id, session.id])
    .modify((query) => {
      // An answer to what this session never typed is none.
      if (isAnswer) query.where('claimed_by', session.id)
    })
    .update({ claimed_by: session.id })
  const client = await findClient(deps.db, String(device.clientId))
  if (claimed === 0 || client === undefined) return null
  await forgive()
  return { userCode, client, device }
}

/** null: too many. */
async function countTry(
  { deps }: ServingParts,
  { origin }: Visit,
  userId: string,
): Promise<(() => Promise<void>) | null> {
  try {
    const forgive = await limitNetwork(deps, 'device-code-network', origin.ipAddress)
    const { isOver } = await deps.throttle.add('device-code-user', countKey({ user: userId }))
    return isOver ? null : forgive
  } catch (error) {
    if (error instanceof AuthError && error.code === 'RATE_LIMITED') return null
    throw error
  }
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
  const texts = providerTexts[visit.language].device
  const asked = accessOf(deps.config, client, device)
  const grant = await transact(deps.db, async (trx) => {
    const live = await requireOpenSession(trx, present)
    if (!isAsShown(visit, grantableScopes(asked.scopes, client, live.user))) return null
    return await giveGrant(trx, deps, visit.origin, { ...live, client, ...asked })
  })
  if (grant === null) return await confirm({ deps }, visit, found)
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
  return { title: texts.done, content: html`<p role="status">${texts.doneText(client.name)}</p>` }
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
      ${scopeList(visit, deps.describedScopes, scopes)}
      ${resourceLine(visit, deps.config, { client, resources: asked.resources })}
      <p>${texts.from(ip ?? '?', ua ?? '?')}</p>
      ${form(visit, PATH, [
        html`<input type="hidden" name="code" value="${userCode}">`,
        shownScopes(scopes),
        button({ text: texts.allow, does: 'allow' }),
        button({ text: texts.deny, does: 'deny', isPlain: true }),
      ])}`,
  }
}
