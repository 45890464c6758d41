// A session without its person's further factor, as on a remembered device, lets in nothing that outlives it.
import type * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type App as Authenticator, codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import { askFor, backAtApp, becomeAdmin, redeem, registerApp, relyingParty } from './apps.ts'
import { type Loaded, WebBrowser } from './web-browser.ts'

let stack: Stack
let party: oidc.Configuration
let tool: string
let person: Person
let browser: WebBrowser
let authenticator: Authenticator

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  const admin = await becomeAdmin(stack)
  party = await relyingParty(stack, await registerApp(stack, admin))
  const device = { name: 'Tool', redirectUris: [], tokenEndpointAuthMethod: 'NONE' }
  const grantTypes = ['DEVICE_CODE', 'REFRESH_TOKEN']
  tool = (await registerApp(stack, admin, { ...device, grantTypes })).id
})
beforeEach(async () => {
  await stack.db('throttles').delete()
  person = await registerPerson(stack)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  await stack?.stop()
})

/** In another session: from then on that of the browser lacks it. */
async function enrolElsewhere(): Promise<void> {
  authenticator = await enrolApp(stack, person)
}

async function prove(page: Loaded): Promise<Loaded> {
  expect(page.html).toContain('name="code"')
  const code = codeOf(authenticator.secret)
  const proved = await browser.press(page, '', { code })
  await forgetSteps(stack, authenticator.factorId)
  // On the way to an app a page leads on, so that no form does.
  const [, onward] = /content="0;url=([^"]*)"/.exec(proved.html) ?? []
  return onward === undefined ? proved : await browser.follow(onward.replaceAll('&amp;', '&'))
}

test('an app that stays takes the factor: the page leads to it and back, and then lets it in', async () => {
  await enrolElsewhere()
  const asked = await askFor(party, 'openid offline_access graph')
  const page = await browser.follow(asked.url)
  const confirm = await browser.press(page, 'allow')
  expect(confirm.url).toContain('/confirm?page=%2Fconsent&methods=TOTP&flow=')
  expect(await stack.db('oauth_grants').where('user_id', person.id)).toEqual([])
  const again = await prove(confirm)
  expect(again.url).toContain('/consent?flow=')
  const tokens = await redeem(party, asked, backAtApp(await browser.press(again, 'allow')))
  expect(tokens.refresh_token).toBeDefined()
})

test('it may be refused without, and one that ends with the session is let in as before', async () => {
  await enrolElsewhere()
  const refused = await askFor(party, 'openid offline_access')
  const back = backAtApp(await browser.press(await browser.follow(refused.url), 'deny'))
  expect(back.searchParams.get('error')).toBe('access_denied')
  const asked = await askFor(party, 'openid')
  const allowed = backAtApp(await browser.press(await browser.follow(asked.url), 'allow'))
  expect(allowed.searchParams.get('code')).not.toBeNull()
})

test('a device takes it too, also where the page was open before', async () => {
  const open = await browser.open('/oauth2/device')
  const code = await deviceCode()
  await enrolElsewhere()
  expect((await browser.open('/oauth2/device')).location).toContain(
    '/confirm?page=%2Foauth2%2Fdevice',
  )
  const confirm = await browser.press(open, '', { code })
  expect(confirm.url).toContain('/confirm?page=%2Foauth2%2Fdevice&methods=TOTP')
  const shown = await browser.press(await prove(confirm), '', { code })
  expect((await browser.press(shown, 'allow')).html).toContain('Your device is connected')
})

async function deviceCode(): Promise<string> {
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: tool, scope: 'openid graph' }),
  })
  return ((await response.json()) as { user_code: string }).user_code
}
