// Codes and refresh tokens of apps, raced over two auth instances and two gateways, each a process of its own, on one PostgreSQL.
import type * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweep } from '../../subgraphs/auth/housekeeping/sweep.ts'
import {
  type App,
  askFor,
  becomeAdmin,
  letIn,
  REDIRECT,
  registerApp,
  relyingParty,
  tokensFor,
} from '../auth/oauth/apps.ts'
import { WebBrowser } from '../auth/oauth/web-browser.ts'
import { registerPerson } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'

let deployment: Deployment
let app: App
let party: oidc.Configuration
let browser: WebBrowser

beforeAll(async () => {
  deployment = await startDeployment({ env: { SESSION_VERIFICATION: 'off' } })
  const { env, db, mailbox } = deployment
  const stack = { env, db, mailbox, client: deployment.client(0) }
  app = await registerApp(stack, await becomeAdmin(stack))
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, await registerPerson(stack))
})
afterAll(async () => {
  await deployment?.stop()
})

async function token(index: number, fields: Record<string, string>) {
  const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64')
  const response = await fetch(`${deployment.gateway(index % 2).url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { authorization: `Basic ${basic}` },
  })
  return { status: response.status, body: (await response.json()) as any }
}

test('of twenty uses of one code over two instances one gets tokens at most, and those end', async () => {
  for (let round = 0; round < 3; round += 1) {
    const asked = await askFor(party, 'openid graph')
    const code = (await letIn(browser, asked)).searchParams.get('code') ?? ''
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: asked.verifier,
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => token(index, fields)),
    )
    const good = answers.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThanOrEqual(1)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(new Set(refused.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']))
    const refreshToken = good[0]?.body.refresh_token
    if (refreshToken === undefined) continue
    const after = await token(1, { grant_type: 'refresh_token', refresh_token: refreshToken })
    expect(after.body.error).toBe('invalid_grant')
  }
})

test('fifty refreshes of one token over two instances get one successor, and nobody is thrown out', async () => {
  const { refresh_token } = await tokensFor(party, browser, 'openid graph')
  const fields = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => token(index, fields)))
  expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual([])
  const successors = new Set(answers.map(({ body }) => body.refresh_token))
  expect(successors.size).toBe(1)
  const [next] = successors
  expect((await token(1, { ...fields, refresh_token: next })).status).toBe(200)
})

test('eight resources that an app asks for at once are all let, whichever instance is asked', async () => {
  const resources = Array.from({ length: 8 }, (_, index) => `https://r${index}.example/api`)
  await deployment
    .db('oauth_clients')
    .where('id', app.id)
    .update({ resources, first_party: true, scopes: ['openid', 'graph', 'read'] })
  await deployment
    .db('roles')
    .where('name', 'user')
    .update({ scopes: ['read'] })
  const [first = '', ...others] = resources
  await letIn(browser, await askFor(party, 'read', { resource: first }))
  await Promise.all(
    others.map(async (resource) => {
      await letIn(browser, await askFor(party, 'read', { resource }))
    }),
  )
  const [grant] = await deployment
    .db('oauth_grants')
    .where('client_id', app.id)
    .orderBy('created_at', 'desc')
  const all = Object.fromEntries(resources.map((resource) => [resource, ['read']]))
  expect(grant.scopes_by_resource).toMatchObject(all)
})

test('what is over is swept, in pieces, and what is not stays', async () => {
  const { refresh_token } = await tokensFor(party, browser, 'openid graph')
  const [row] = await deployment
    .db('oauth_grants')
    .whereNull('revoked_at')
    .orderBy('created_at', 'desc')
  await deployment.db.raw(
    `insert into oauth_grants (id, user_id, client_id, client_name, session_id, scopes, resources, offline, expires_at)
     select 'grt_old' || i, ?, 'cli', 'Old', 'ses', '{}', '{}', true, now() - interval '2 days'
     from generate_series(1, 12000) as i
     on conflict do nothing`,
    [row.user_id],
  )
  const old = async () =>
    Number(
      (await deployment.db('oauth_grants').where('client_id', 'cli').count('id as count'))[0]
        ?.count,
    )
  await sweep(deployment.db)
  expect(await old()).toBeLessThanOrEqual(7_000)
  await sweep(deployment.db)
  await sweep(deployment.db)
  expect(await old()).toBe(0)
  const fields = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
  expect((await token(0, fields)).status).toBe(200)
})
