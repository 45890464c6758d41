// Scopes are let for the resource that they were asked for with (RFC 8707): what was let for one is not had for another.
import type * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import {
  type App,
  type Asked,
  askFor,
  backAtApp,
  becomeAdmin,
  claimsIn,
  letIn,
  redeem,
  registerApp,
  relyingParty,
  type Tokens,
} from './apps.ts'
import { type Loaded, WebBrowser } from './web-browser.ts'

const MAIL = 'https://mail.example/api'
const FILES = 'https://files.example/mcp'

let stack: Stack
let admin: Person
let person: Person
let app: App
let party: oidc.Configuration
let browser: WebBrowser

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off', OAUTH_RESOURCES: FILES } })
  admin = await becomeAdmin(stack)
  await stack
    .db('roles')
    .where('name', 'user')
    .update({ scopes: ['read', 'write'] })
  await stack.db('roles').insert({ name: 'clerk', rank: 5, scopes: ['stamp'] })
})
beforeEach(async () => {
  person = await registerPerson(stack)
  app = await registerApp(stack, admin, {
    scopes: ['openid', 'offline_access', 'graph', 'read', 'write', 'stamp'],
    resources: [MAIL],
  })
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  await stack?.stop()
})

async function ask(scope: string, ...resources: string[]): Promise<Asked> {
  const asked = await askFor(party, scope)
  const query = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('')
  return { ...asked, url: asked.url + query }
}
async function exchange(asked: Asked, back: URL, resource: string): Promise<any> {
  return await token({
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: 'https://shop.example/callback',
    code_verifier: asked.verifier,
    resource,
  })
}
async function token(fields: Record<string, string>): Promise<any> {
  const authorization = `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`
  const init = { method: 'POST', body: new URLSearchParams(fields), headers: { authorization } }
  return (await (await fetch(`${stack.env.PUBLIC_URL}/oauth2/token`, init)).json()) as any
}
const refresh = async (refresh_token: string, more: Record<string, string> = {}) =>
  await token({ grant_type: 'refresh_token', refresh_token, ...more })
const saidBy = ({ access_token }: Pick<Tokens, 'access_token'>) => {
  const { aud, scope } = claimsIn(access_token)
  return [aud, scope]
}
const becomeClerk = async () =>
  await stack.db('user_roles').insert({ user_id: person.id, role_name: 'clerk' })
const isAsked = ({ status, html }: Loaded) => status === 200 && html.includes('name="scopes"')

describe('what was let for one resource', () => {
  test('is asked for anew at another, and said to be for that one', async () => {
    const first = await ask('read', MAIL)
    expect(saidBy(await redeem(party, first, await letIn(browser, first)))).toEqual([MAIL, 'read'])
    const again = await ask('read', MAIL)
    expect(backAtApp(await browser.follow(again.url)).searchParams.has('code')).toBe(true)

    const silent = await browser.follow(`${(await ask('read', FILES)).url}&prompt=none`)
    expect(backAtApp(silent).searchParams.get('error')).toBe('consent_required')
    const other = await ask('read', FILES)
    const page = await browser.follow(other.url)
    expect(isAsked(page)).toBe(true)
    expect(page.html).toContain('It may do this at files.example/mcp, and nowhere else.')
    const back = backAtApp(await browser.press(page, 'allow'))
    expect(saidBy(await redeem(party, other, back))).toEqual([FILES, 'read'])
  })

  test('does not grow with what is let for another', async () => {
    const first = await ask('read', MAIL)
    const { refresh_token } = await redeem(party, first, await letIn(browser, first))
    await letIn(browser, await ask('read write', FILES))
    const wider = await browser.follow((await ask('read write', MAIL)).url)
    expect(isAsked(wider)).toBe(true)
    expect(wider.html).toContain('write')
    // No refresh token goes beyond what it was given for, either.
    const elsewhere = await refresh(String(refresh_token), { resource: FILES })
    expect(elsewhere.error).toBe('invalid_target')
    expect((await refresh(String(refresh_token), { scope: 'write' })).error).toBe('invalid_scope')
    const [grant] = await stack.db('oauth_grants').where('client_id', app.id)
    expect(grant.scopes_by_resource).toEqual({ [MAIL]: ['read'], [FILES]: ['read', 'write'] })
  })

  test('is not asked for again in another session, and what was let for another resource is', async () => {
    await letIn(browser, await ask('read write', MAIL))
    await letIn(browser, await ask('read', FILES))
    const elsewhere = new WebBrowser(stack)
    await elsewhere.signIn(stack, person)
    const known = await elsewhere.follow((await ask('read write', MAIL)).url)
    expect(backAtApp(known).searchParams.has('code')).toBe(true)
    expect(isAsked(await elsewhere.follow((await ask('write', FILES)).url))).toBe(true)
  })

  test('says nothing of the graph, nor the graph of it', async () => {
    const first = await ask('openid graph read', FILES)
    const page = await browser.follow(first.url)
    expect(page.html).not.toContain('read what you may read')
    const tokens = await redeem(party, first, backAtApp(await browser.press(page, 'allow')))
    expect(saidBy(tokens)).toEqual([FILES, 'read'])
    const ours = await browser.follow((await ask('openid graph read')).url)
    expect(isAsked(ours)).toBe(true)
    expect(ours.html).toContain('read what you may read')
    expect(ours.html).not.toContain('nowhere else')
  })
})

describe('what cannot be granted', () => {
  test('is left out at another resource as well, and asked for as soon as the person may do it', async () => {
    await becomeClerk()
    await letIn(browser, await ask('read stamp', MAIL))
    await stack.db('user_roles').where({ user_id: person.id, role_name: 'clerk' }).delete()
    const asked = await ask('read stamp', FILES)
    const page = await browser.follow(asked.url)
    expect(page.html).not.toContain('stamp')
    const back = backAtApp(await browser.press(page, 'allow'))
    expect(saidBy(await redeem(party, asked, back))).toEqual([FILES, 'read'])
    const again = await browser.follow((await ask('read stamp', FILES)).url)
    expect(backAtApp(again).searchParams.has('code')).toBe(true)

    await becomeClerk()
    const now = await ask('read stamp', FILES)
    const shown = await browser.follow(now.url)
    expect(shown.html).toContain('stamp')
    const wider = await redeem(party, now, backAtApp(await browser.press(shown, 'allow')))
    expect(saidBy(wider)).toEqual([FILES, 'read stamp'])
  })

  test('is asked for when the app was given it meanwhile', async () => {
    const has = async (scopes: string[]) =>
      await stack.db('oauth_clients').where('id', app.id).update({ scopes })
    await has(['read'])
    const first = await ask('read write', MAIL)
    expect(saidBy(await redeem(party, first, await letIn(browser, first)))).toEqual([MAIL, 'read'])
    expect(isAsked(await browser.follow((await ask('read write', MAIL)).url))).toBe(false)
    await has(['read', 'write'])
    const wider = await ask('read write', MAIL)
    const page = await browser.follow(wider.url)
    expect(isAsked(page)).toBe(true)
    const back = backAtApp(await browser.press(page, 'allow'))
    expect(saidBy(await redeem(party, wider, back))).toEqual([MAIL, 'read write'])
  })
})

test('what is added to access that stays, stays, and the page says so', async () => {
  const staying = 'It keeps this access when you sign out'
  await letIn(browser, await ask('read offline_access', MAIL))
  const wider = await browser.follow((await ask('read write', MAIL)).url)
  expect(wider.html).toContain(staying)
  const another = await registerPerson(stack)
  const elsewhere = new WebBrowser(stack)
  await elsewhere.signIn(stack, another)
  const fresh = await elsewhere.follow((await ask('read write', MAIL)).url)
  expect(isAsked(fresh)).toBe(true)
  expect(fresh.html).not.toContain(staying)
})

test('a resource that asks about a token is told what its person may do now', async () => {
  const api = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
    introspects: [MAIL],
  })
  await becomeClerk()
  const asked = await ask('read stamp', MAIL)
  const given = await redeem(party, asked, await letIn(browser, asked))
  const scopeNow = async () => {
    const authorization = `Basic ${Buffer.from(`${api.id}:${api.secret}`).toString('base64')}`
    const body = new URLSearchParams({ token: given.access_token })
    const init = { method: 'POST', body, headers: { authorization } }
    const answer = await fetch(`${stack.env.PUBLIC_URL}/oauth2/introspect`, init)
    return ((await answer.json()) as any).scope
  }
  expect(await scopeNow()).toBe('read stamp')
  await stack.db('user_roles').where({ user_id: person.id, role_name: 'clerk' }).delete()
  expect(await scopeNow()).toBe('read')
})

describe('a person sees', () => {
  const list = async () => {
    const query = `{ viewer { user { grants(first: 10) { edges { node { clientId scopes resources access { resource scopes } } } } } } }`
    const { data } = await stack.client.send(query, {}, person.headers)
    return data.viewer.user.grants.edges.map(({ node }: any) => node)
  }

  test('what they let an app do by resource', async () => {
    const publicUrl = stack.env.PUBLIC_URL ?? ''
    await letIn(browser, await ask('read', MAIL))
    await letIn(browser, await ask('graph write', publicUrl, FILES))
    expect(await list()).toEqual([
      {
        clientId: app.id,
        scopes: ['read', 'graph', 'write'],
        resources: [MAIL, publicUrl, FILES],
        access: [
          { resource: MAIL, scopes: ['read'] },
          { resource: publicUrl, scopes: ['graph', 'write'] },
          { resource: FILES, scopes: ['write'] },
        ],
      },
    ])
  })

  test('the same on the account page: in words, by place, and whether it stays', async () => {
    await letIn(browser, await ask('read', MAIL))
    await letIn(browser, await ask('graph write offline_access', stack.env.PUBLIC_URL ?? '', FILES))
    const { html } = await browser.open('/account')
    const [, apps = ''] = html.split('aria-labelledby="apps">')
    const [shown = ''] = apps.split('<form')
    const said = shown
      .replaceAll(/<[^<>]*>/g, ' ')
      .split(/\s+/)
      .join(' ')
    expect(said).toContain(
      [
        'It can: read what you may read write',
        'At mail.example/api it can: read',
        'At files.example/mcp it can: write',
        'It keeps this access when you sign out, until you take it back.',
      ].join(' '),
    )
  })

  test('no app that is over with its session', async () => {
    await letIn(browser, await ask('read', MAIL))
    expect(await list()).toHaveLength(1)
    const [grant] = await stack.db('oauth_grants').where('client_id', app.id)
    await stack
      .db('sessions')
      .where('id', grant.session_id)
      .update({ idle_expires_at: new Date(Date.now() - 1000) })
    expect(await list()).toEqual([])
  })
})

describe('one consent for several resources', () => {
  test('each token is for one of them, at the code and at each refresh', async () => {
    const publicUrl = stack.env.PUBLIC_URL ?? ''
    const asked = await ask('openid graph read', publicUrl, MAIL)
    const back = await letIn(browser, asked)
    const first = await exchange(asked, back, MAIL)
    expect(saidBy(first)).toEqual([MAIL, 'read'])
    const second = await refresh(first.refresh_token, { resource: publicUrl })
    expect(saidBy(second)).toEqual([publicUrl, 'openid graph read'])
    const third = await refresh(second.refresh_token, { resource: MAIL, scope: 'read' })
    expect(saidBy(third)).toEqual([MAIL, 'read'])
    expect((await refresh(third.refresh_token, { resource: FILES })).error).toBe('invalid_target')
    // Of none in particular it is the graph's, as everywhere.
    expect(saidBy(await refresh(third.refresh_token))[0]).toBe(publicUrl)
  })

  test('the first-party app of a deployment is asked no more than before', async () => {
    await stack.db('oauth_clients').where('id', app.id).update({ first_party: true })
    const asked = await ask('read', MAIL, FILES)
    const back = backAtApp(await browser.follow(asked.url))
    expect(saidBy(await exchange(asked, back, FILES))).toEqual([FILES, 'read'])
  })
})

describe('what a version of before kept together', () => {
  const keptTogether = async () =>
    await stack.db('oauth_grants').where('client_id', app.id).update({ scopes_by_resource: null })

  test('holds for its one resource', async () => {
    const asked = await ask('read', MAIL)
    const { refresh_token } = await redeem(party, asked, await letIn(browser, asked))
    await keptTogether()
    expect(saidBy(await refresh(String(refresh_token)))).toEqual([MAIL, 'read'])
    expect(isAsked(await browser.follow((await ask('read', FILES)).url))).toBe(true)
    const known = await browser.follow((await ask('read', MAIL)).url)
    expect(backAtApp(known).searchParams.has('code')).toBe(true)
  })

  test('is asked for anew where nobody knows what was let for which', async () => {
    const asked = await ask('read', MAIL, FILES)
    const first = await exchange(asked, await letIn(browser, asked), MAIL)
    await keptTogether()
    expect((await refresh(first.refresh_token)).error).toBe('invalid_grant')
    expect(isAsked(await browser.follow((await ask('read', MAIL)).url))).toBe(true)
  })
})
