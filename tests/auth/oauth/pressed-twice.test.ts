// Buttons that are pressed twice, and apps that ask in two tabs at once: one answer, and one grant that the person sees.
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, registerPerson } from '../../people.ts'
import { type App, askFor, backAtApp, redeem, registerApp, relyingParty } from './apps.ts'
import { WebBrowser } from './web-browser.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

let world: ProviderWorld

beforeAll(async () => {
  world = await startProviderWorld()
})
afterAll(async () => {
  await world?.stack.stop()
})

async function comeIn(more: object = {}) {
  const { stack, admin } = world
  const app = await registerApp(stack, admin, more)
  const person = await registerPerson(stack)
  const browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
  return { app, person, browser, party: await relyingParty(stack, app) }
}
const grantsOf = async (app: App, person: Person) =>
  await world.stack.db('oauth_grants').where({ client_id: app.id, user_id: person.id })

test('consent: the app is let in once, and goes on', async () => {
  const { app, person, browser, party } = await comeIn()
  const asked = await askFor(party, 'openid email')
  const page = await browser.follow(asked.url)
  const [one, other] = await Promise.allSettled([
    browser.press(page, 'allow'),
    browser.press(page, 'allow'),
  ])
  expect(await grantsOf(app, person)).toHaveLength(1)
  const came = [one, other].flatMap((press) =>
    press.status === 'fulfilled' && press.value.location !== null ? [press.value] : [],
  )
  expect(came.length).toBeGreaterThan(0)
  const back = backAtApp(came[0] ?? page)
  expect((await redeem(party, asked, back)).claims()?.sub).toBe(person.id)
})

test('an app of the deployment’s own that asks in two tabs at once has one grant', async () => {
  const { app, person, browser, party } = await comeIn({ firstParty: true })
  const tabs = await Promise.all(['openid', 'openid email'].map((scope) => askFor(party, scope)))
  await Promise.all(tabs.map(async ({ url }) => backAtApp(await browser.follow(url))))
  const grants = await grantsOf(app, person)
  expect(grants.map(({ scopes }) => [...scopes].sort())).toEqual([['email', 'openid']])
})

test('a device is connected once, and said to be', async () => {
  const { app, person, browser, party } = await comeIn({
    redirectUris: [],
    grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
    tokenEndpointAuthMethod: 'NONE',
  })
  const { user_code: code } = await oidc.initiateDeviceAuthorization(party, { scope: 'openid' })
  const page = await browser.press(await browser.open('/oauth2/device'), '', { code })
  const press = async () => (await browser.press(page, 'allow')).html
  for (const said of [...(await Promise.all([press(), press()])), await press()]) {
    expect(said).toContain('Your device is connected')
  }
  expect(await grantsOf(app, person)).toHaveLength(1)
})
