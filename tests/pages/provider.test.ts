// Signing in with another service as a person does it, in a browser: there and back, and what others make of the way back.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebBrowser } from '../auth/oauth/web-browser.ts'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  envFor,
  type PretendProvider,
  startPretendProvider,
} from '../auth/providers/pretend-provider.ts'
import { person } from '../auth/providers/sign-in.ts'
import { codeOf, enrolApp } from '../authenticator.ts'
import { launchChromium } from '../chromium.ts'
import { type Stack, startStack } from '../harness.ts'
import { newEmail, PASSWORD, registerPerson } from '../people.ts'
import {
  enterCode,
  expectAccessible,
  look,
  problemOf,
  signInByMail,
  viewerOf,
  withPage,
} from './open-pages.ts'

vi.setConfig({ testTimeout: 240_000 })

let provider: PretendProvider
let stack: Stack
let chromium: Browser
let origin: string
/** Pages of an application. */
let inbox: string
let home: string

beforeAll(async () => {
  provider = await startPretendProvider()
  inbox = `${provider.issuer}/inbox`
  home = `${provider.issuer}/home`
  chromium = await launchChromium()
  stack = await startStack({
    env: {
      ...envFor(provider),
      PRODUCT_NAME: 'Hill & Dale',
      PROVIDERS: 'acme,away',
      PROVIDER_ACME_TRUST_EMAIL: 'on',
      PROVIDER_AWAY_NAME: 'Away',
      PROVIDER_AWAY_ISSUER: 'http://127.0.0.1:9',
      PROVIDER_AWAY_CLIENT_ID: CLIENT_ID,
      PROVIDER_AWAY_CLIENT_SECRET: CLIENT_SECRET,
      HOME_URL: home,
      SIGN_IN_RETURN_TO: inbox,
      REMEMBER_DEVICE_DAYS: '30',
    },
  })
  origin = stack.env.PUBLIC_URL ?? ''
})
afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
  await provider?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s', (_, javaScriptEnabled) => {
  test('a person goes there and comes back signed in, where they were on the way to', async () => {
    const email = newEmail()
    provider.visitor = person(email, email)
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in?returnTo=${encodeURIComponent(inbox)}`)
        await page.getByRole('link', { name: 'Continue with Acme' }).click()
        if (!javaScriptEnabled) {
          await page.getByRole('button', { name: 'Continue with Acme' }).click()
          await page.getByRole('button', { name: 'Continue' }).click()
        }
        await page.waitForURL(inbox)
        expect(await viewerOf(page, stack)).toMatchObject({
          user: { email },
          session: { authenticationMethods: ['fed'] },
        })
        const names = (await page.context().cookies(origin)).map(({ name }) => name)
        expect(names).not.toContain('__Host-provider')
      },
      { javaScriptEnabled },
    )
  })
})

test('what the policy asks for follows on the pages', async () => {
  const owner = await registerPerson(stack)
  const app = await enrolApp(stack, owner)
  provider.visitor = person(`of ${owner.id}`, owner.email)
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/sign-in/acme`)
    await page.getByText('We have sent a code to').waitFor()
    await enterCode(page, await stack.mailbox.takeCode(owner.email))
    await page.getByText('Open your authenticator app').waitFor()
    await stack.db('totp_secrets').update({ last_step: 0 })
    await page.getByRole('checkbox', { name: 'Remember this device for 30 days' }).check()
    await enterCode(page, codeOf(app.secret))
    await page.waitForURL(home)
    expect(await viewerOf(page, stack)).toMatchObject({ user: { email: owner.email } })
    const remembered = stack.db('known_devices').whereNotNull('remembered_id')
    expect(await remembered.where('user_id', owner.id)).toHaveLength(1)
  })
})

test('a provider that is away, and a person who says no, are told so', async () => {
  provider.visitor = null
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/sign-in/acme`)
    await page.waitForURL(/callback/)
    expect(await problemOf(page)).toContain('Acme did not sign you in.')
    await page.goto(`${origin}/sign-in/away`)
    expect(await problemOf(page)).toMatch(/^\s*Away does not answer/)
    await page.getByRole('link', { name: 'Back to sign-in' }).click()
    await page.getByLabel('E-mail address').waitFor()
  })
})

test('a linked service is removed in the account, unless it is the last way in', async () => {
  const email = newEmail()
  provider.visitor = person(email, email)
  const { deps } = stack.auths[0] ?? expect.fail('no auth instance')
  const { config } = deps
  const remove = { name: 'Remove (Acme)', exact: true }
  await withPage(chromium, async (page) => {
    await page.goto(`${origin}/sign-in/acme`)
    await page.waitForURL(home)
    await page.goto(`${origin}/account`)
    Object.assign(deps, { config: { ...config, signInMethods: ['password', 'provider'] } })
    try {
      await page.getByRole('button', remove).click()
      expect(await problemOf(page)).toContain('Nothing else would sign you in.')
    } finally {
      Object.assign(deps, { config })
    }
    // A code by mail signs in as well.
    await page.getByRole('button', remove).click()
    expect(await page.getByRole('status').textContent()).toBe('It no longer signs you in.')
    expect(await page.getByRole('button', remove).count()).toBe(0)
    const { user } = await viewerOf(page, stack)
    const id = stack.db('users').where('email', user.email).select('id')
    expect(await stack.db('linked_identities').whereIn('user_id', id)).toEqual([])
  })
})

describe('an account at another service is linked in the account', () => {
  const link = 'Link an account of another service'
  const linked = async (email: string) => {
    const id = stack.db('users').where('email', email).select('id')
    return await stack.db('linked_identities').whereIn('user_id', id).select('subject')
  }

  test.each([
    ['with JavaScript', true],
    ['without JavaScript', false],
  ])('%s: there and back, and it signs in from then on', async (_, javaScriptEnabled) => {
    const { email } = await registerPerson(stack)
    const subject = `of ${email}`
    // Which mailbox the service names says nothing: the session does.
    provider.visitor = person(subject, newEmail())
    await withPage(
      chromium,
      async (page) => {
        await signInByMail(page, stack, email, '?returnTo=/account')
        await page.getByRole('link', { name: link }).click()
        if (javaScriptEnabled) await look(page, 'page-account-link')
        // The sign-in is a while ago: presence is confirmed first.
        await stack
          .db('sessions')
          .update({ authenticated_at: stack.db.raw("now() - interval '1 hour'") })
        await page.context().clearCookies({ name: '__Host-access' })
        await page.goto(`${origin}/continue-session?page=/account/link`)
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
        await page.getByRole('button', { name: 'Continue with Acme' }).click()
        await page.getByLabel('Password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Continue', exact: true }).click()
        await page.getByRole('button', { name: 'Continue with Acme' }).click()
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
        expect(await page.getByRole('status').textContent()).toContain('It is linked')
        expect(await page.getByRole('button', { name: 'Remove (Acme)' }).count()).toBe(1)
        if (javaScriptEnabled) await look(page, 'page-account-linked')
        expect(await linked(email)).toEqual([{ subject }])
        const names = (await page.context().cookies(origin)).map(({ name }) => name)
        expect(names).not.toContain('__Host-provider')

        await page.context().clearCookies()
        await page.goto(`${origin}/sign-in/acme`)
        if (!javaScriptEnabled) {
          await page.getByRole('button', { name: 'Continue with Acme' }).click()
          await page.getByRole('button', { name: 'Continue' }).click()
        }
        await page.waitForURL(home)
        expect(await viewerOf(page, stack)).toMatchObject({ user: { email } })
      },
      { javaScriptEnabled },
    )
  })

  test('what is somebody else’s is not taken over, and a person who says no is told so, in German too', async () => {
    const taken = newEmail()
    provider.visitor = person(taken, taken)
    await withPage(chromium, async (page) => {
      await page.goto(`${origin}/sign-in/acme`)
      await page.waitForURL(home)
    })
    const { email } = await registerPerson(stack)
    await withPage(
      chromium,
      async (page) => {
        await page.goto(`${origin}/sign-in?returnTo=/account/link`)
        await page.locator('#email').fill(email)
        await page.getByRole('button', { name: 'Code per E-Mail senden' }).click()
        await page.locator('#code').fill(await stack.mailbox.takeCode(email))
        await page.getByRole('button', { name: 'Weiter', exact: true }).click()
        await page.getByRole('heading', { name: 'Konto bei einem anderen Dienst' }).waitFor()
        await expectAccessible(page)
        await page.getByRole('button', { name: 'Acme' }).click()
        expect(await problemOf(page)).toContain('ist hier mit jemand anderem verknüpft.')
        await expectAccessible(page)
        provider.visitor = null
        await page.getByRole('link', { name: 'Von vorn beginnen' }).click()
        await page.getByRole('button', { name: 'Acme' }).click()
        await page.getByRole('alert').waitFor()
        expect(await linked(email)).toEqual([])
      },
      { locale: 'de-DE' },
    )
  })

  test('by the session that began it, and no other; nor by what an app began', async () => {
    const [attacker, victim] = [await registerPerson(stack), await registerPerson(stack)]
    const theirs = new WebBrowser(stack)
    theirs.cookies.set('__Host-device', attacker.deviceToken)
    await theirs.signIn(stack, attacker)
    const sent = await theirs.press(await theirs.open('/account/link'), '', { provider: 'acme' })
    const back = provider.consent(sent.location ?? '', person(`of ${attacker.id}`))
    const { pathname, search } = new URL(back)

    const browser = new WebBrowser(stack)
    browser.cookies.set('__Host-device', victim.deviceToken)
    await browser.signIn(stack, victim)
    expect((await browser.open(pathname + search)).status).toBe(410)
    // Even with the cookie of the other one.
    browser.cookies.set('__Host-provider', theirs.cookies.get('__Host-provider') ?? '')
    const refused = await browser.press(await browser.open(pathname + search), '')
    expect(refused.status).toBe(410)
    expect(await linked(victim.email)).toEqual([])

    const done = await theirs.press(await theirs.open(pathname + search), '')
    expect([done.status, await linked(attacker.email)]).toEqual([
      200,
      [{ subject: `of ${attacker.id}` }],
    ])
    const app = await stack.client.send(
      'mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) { url } }',
      { input: { provider: 'acme', returnTo: `${origin}/sign-in/acme/callback` } },
      attacker.headers,
    )
    expect(app.code).toBe('BAD_USER_INPUT')
  })
})

describe('the way back', () => {
  /** Begins in one browser. @returns its cookies, and the address that the provider sends it to */
  async function begin(grant = person(newEmail(), newEmail())) {
    const shown = await fetch(`${origin}/sign-in/acme`)
    const form = /name="form" value="([^"]+)"/.exec(await shown.text())?.[1] ?? ''
    const kept = shown.headers.getSetCookie().map((line) => line.split(';', 1)[0])
    const sent = await fetch(`${origin}/sign-in/acme`, {
      method: 'POST',
      headers: { origin, cookie: kept.join('; ') },
      body: new URLSearchParams({ form }),
      redirect: 'manual',
    })
    const page = await sent.text()
    const url = (/url=([^"]+)"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&')
    const cookies = [...kept, ...sent.headers.getSetCookie().map((line) => line.split(';', 1)[0])]
    // A browser keeps one of a name.
    return { back: provider.consent(url, grant), cookie: [...new Set(cookies)].join('; ') }
  }

  const open = async (back: string, cookie: string) =>
    await fetch(back, { headers: { cookie }, redirect: 'manual' })

  async function finish(back: string, cookie: string, headers = {}) {
    const shown = await open(back, cookie)
    const form = /name="form" value="([^"]+)"/.exec(await shown.text())?.[1] ?? ''
    const fields = new URLSearchParams(new URL(back).search)
    fields.set('form', form)
    return await fetch(`${origin}/sign-in/acme/callback`, {
      method: 'POST',
      headers: { origin, cookie, ...headers },
      body: fields,
      redirect: 'manual',
    })
  }
  const sessionIn = (response: Response) =>
    response.headers
      .getSetCookie()
      .some((line) => line.startsWith('__Host-access=') && !line.startsWith('__Host-access=;'))

  test('opened by anybody, it takes nothing and sets no session', async () => {
    const { back, cookie } = await begin()
    const before = provider.requests.length
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(back, { method, headers: { cookie } })
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(sessionIn(response)).toBe(false)
    }
    expect(provider.requests.length).toBe(before)
    const done = await finish(back, cookie)
    expect([done.status, sessionIn(done)]).toEqual([303, true])
    expect(done.headers.get('location')).toBe(home)
  })

  test('in another browser it signs nobody in (login CSRF)', async () => {
    const [attackers, victims] = [await begin(), await begin()]
    const without = await fetch(attackers.back)
    expect(without.status).toBe(410)
    const swapped = await finish(attackers.back, victims.cookie)
    expect([swapped.status, sessionIn(swapped)]).toEqual([410, false])
    expect(sessionIn(await finish(attackers.back, attackers.cookie))).toBe(true)
  })

  test('works once', async () => {
    const { back, cookie } = await begin()
    expect(sessionIn(await finish(back, cookie))).toBe(true)
    expect(sessionIn(await finish(back, cookie))).toBe(false)
  })

  test('with the form of another site it is refused', async () => {
    const { back, cookie } = await begin()
    for (const other of ['https://attacker.example', 'null']) {
      const response = await finish(back, cookie, { origin: other })
      expect([response.status, sessionIn(response)]).toEqual([403, false])
    }
  })

  test('refuses what an app began', async () => {
    const answer = await stack.client.send(
      'mutation ($input: StartProviderLoginInput!) { startProviderLogin(input: $input) { verificationId url } }',
      { input: { provider: 'acme', returnTo: `${origin}/sign-in/acme/callback` } },
    )
    expect(answer.code).toBe('BAD_USER_INPUT')
    const apps = await stack.client.send(
      'mutation ($input: StartProviderLoginInput!) { startProviderLogin(input: $input) { verificationId url } }',
      { input: { provider: 'acme' } },
    )
    const { verificationId, url } = apps.data.startProviderLogin
    const { search } = new URL(provider.consent(url, person(newEmail(), newEmail())))
    const trip = { id: verificationId, provider: 'acme', query: '' }
    const forged = Buffer.from(JSON.stringify(trip)).toString('base64url')
    const response = await finish(
      `${origin}/sign-in/acme/callback${search}`,
      `__Host-provider=${forged}; __Host-flow=x; __Host-form=${'a'.repeat(32)}`,
    )
    expect(sessionIn(response)).toBe(false)
    expect(response.status).toBe(410)
  })

  test('an address that is not listed is refused before anybody goes anywhere', async () => {
    for (const returnTo of ['https://attacker.example/', `${inbox}/x`, '//attacker.example']) {
      const response = await fetch(
        `${origin}/sign-in/acme?returnTo=${encodeURIComponent(returnTo)}`,
      )
      expect(response.status).toBe(400)
      await response.text()
    }
  })

  test('a posted answer becomes the link that it stands for, from where it is listed alone', async () => {
    const { back, cookie } = await begin()
    const { searchParams } = new URL(back)
    const post = async (from: string) =>
      await fetch(`${origin}/sign-in/acme/callback`, {
        method: 'POST',
        headers: { origin: from },
        body: new URLSearchParams([...searchParams, ['user', '{"name":"Ada"}'], ['form', 'x']]),
        redirect: 'manual',
      })
    expect((await post('https://attacker.example')).status).toBe(403)
    const bounced = await post('https://appleid.apple.com')
    expect([bounced.status, sessionIn(bounced)]).toEqual([303, false])
    const location = bounced.headers.get('location') ?? ''
    expect(location).not.toContain('Ada')
    const done = await finish(`${origin}${location}`, cookie)
    expect(sessionIn(done)).toBe(true)
  })

  test('paths of a service that is not in the settings are not there', async () => {
    for (const path of [
      '/sign-in/unknown',
      '/sign-in/unknown/callback',
      '/sign-in/acme/callback/x',
    ]) {
      const response = await fetch(`${origin}${path}`)
      expect(response.status).toBe(404)
      await response.text()
    }
  })
})
