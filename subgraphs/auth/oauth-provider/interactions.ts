// A flow under way: what an app asked for, and what the person still has to do. It belongs to the browser that it began in.
import type { Knex } from 'knex'
import type { Provider } from 'oidc-provider'
import { randomText, sha256 } from '../core/identifiers.ts'

type Interaction = InstanceType<Provider['Interaction']>

/** Kept from flow to flow, so that two tabs of one browser do not get in each other's way. */
const BROWSER_COOKIE = '__Host-oauth'
const SHAPE = /^[\w-]{43}$/
const MAX_AGE_SECONDS = 3_600

export function browserOf(cookies: ReadonlyMap<string, string>): string | null {
  const value = cookies.get(BROWSER_COOKIE)
  return value !== undefined && SHAPE.test(value) ? value : null
}

export function newBrowser(): string {
  return randomText(32)
}

export function browserCookie(browser: string): string {
  return `${BROWSER_COOKIE}=${browser}; Path=/; Max-Age=${MAX_AGE_SECONDS}; Secure; SameSite=Lax; HttpOnly`
}

export async function bindToBrowser(db: Knex, flow: string, browser: string): Promise<void> {
  await db('oauth_objects')
    .where({ model: 'Interaction', id_hash: sha256(flow) })
    .update({ browser_hash: sha256(browser) })
}

/** null: it is over, or began in another browser. */
export async function findInteraction(
  db: Knex,
  provider: Provider,
  { flow, browser }: { readonly flow: string | null; readonly browser: string | null },
): Promise<Interaction | null> {
  if (flow === null || browser === null) return null
  const row = await db('oauth_objects')
    .where({ model: 'Interaction', id_hash: sha256(flow), browser_hash: sha256(browser) })
    .whereRaw('expires_at > now()')
    .first('id_hash')
  if (row === undefined) return null
  return (await provider.Interaction.find(flow)) ?? null
}

/** What comes of it; the app's request goes on at `/oauth2/resume`. */
export async function answerInteraction(
  interaction: Interaction,
  result: NonNullable<Interaction['result']>,
): Promise<string> {
  interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result }
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  return `/oauth2/resume?flow=${interaction.uid}`
}

const REQUEST = 'Request'

/** What an app asked for before anybody was signed in. @returns the flow that leads back to it */
export async function keepRequest(
  db: Knex,
  { url, browser }: { readonly url: string; readonly browser: string },
): Promise<string> {
  const flow = randomText(32)
  await db('oauth_objects').insert({
    model: REQUEST,
    id_hash: sha256(flow),
    payload: JSON.stringify({ url }),
    browser_hash: sha256(browser),
    expires_at: db.raw("now() + ? * interval '1 second'", [MAX_AGE_SECONDS]),
  })
  return flow
}

/** null: there is none, or it is another browser's. */
export async function findRequest(
  db: Knex,
  { flow, browser }: { readonly flow: string | null; readonly browser: string | null },
): Promise<string | null> {
  if (flow === null || browser === null) return null
  const row: { payload: { url: string } } | undefined = await db('oauth_objects')
    .where({ model: REQUEST, id_hash: sha256(flow), browser_hash: sha256(browser) })
    .whereRaw('expires_at > now()')
    .first('payload')
  return row?.payload.url ?? null
}
