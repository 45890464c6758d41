// A server of tools (Model Context Protocol) behind tokens of a deployment: docs/oauth-apps.md, "A server that agents call", its code
// and both sides of the protocol's SDK. An agent that lacks a scope is told so (RFC 6750, 3.1), and gets it from its person.
import { once } from 'node:events'
import type { Server } from 'node:http'
import {
  type OAuthClientProvider,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { createExampleFolder, type ExampleFolder } from '../../docs/example-folder.ts'
import { example } from '../../docs/examples.ts'
import { freePort } from '../../free-ports.ts'
import { type Person, registerPerson, VIEWER } from '../../people.ts'
import {
  type App,
  backAtApp,
  claimsIn,
  REDIRECT,
  registerApp,
  relyingParty,
  tokensFor,
} from './apps.ts'
import { WebBrowser } from './web-browser.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

let world: ProviderWorld
let folder: ExampleFolder
let tools: Server
let resource: URL
let app: App
let person: Person
let browser: WebBrowser

beforeAll(async () => {
  world = await startProviderWorld()
  folder = createExampleFolder()
  await world.stack
    .db('roles')
    .insert({ name: 'author', rank: 5, scopes: ['notes:read', 'notes:write'] })
  const port = await freePort()
  resource = new URL(`http://127.0.0.1:${port}/mcp`)
  tools = await serveTools(port)
})
beforeEach(async () => {
  const { stack, admin } = world
  app = await registerApp(stack, admin, {
    name: 'Agent',
    grantTypes: ['AUTHORIZATION_CODE'],
    scopes: ['graph', 'notes:read', 'notes:write'],
    resources: [resource.href],
  })
  person = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: person.id, role_name: 'author' })
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  tools?.close()
  await folder?.[Symbol.asyncDispose]()
  await world?.stack.stop()
})

async function serveTools(port: number): Promise<Server> {
  const { code } = example('docs/oauth-apps.md', 'A server that agents call', 'ts')
  const { guardedBy } = await import(folder.write('guarded.ts', code))
  const { metadata, needs } = await guardedBy(world.issuer.origin, resource)
  const [toRead, toWrite] = [needs('notes:read'), needs('notes:read', 'notes:write')]
  const server = createMcpExpressApp()
  server.use(metadata)
  server.get('/mcp', (_request, response) => void response.status(405).end())
  server.post(
    '/mcp',
    (request, response, next) => {
      const guard = request.body?.params?.name === 'write' ? toWrite : toRead
      guard(request, response, next)
    },
    async (request, response) => {
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
      await notes().connect(transport as Transport)
      await transport.handleRequest(request, response, request.body)
    },
  )
  const listening = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  return listening
}

function notes(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  for (const name of ['read', 'write']) {
    server.registerTool(name, { description: name }, ({ authInfo }) => ({
      content: [{ type: 'text', text: `${name} by ${String(authInfo?.extra?.sub)}` }],
    }))
  }
  return server
}

/** An agent of the SDK's making, with what it was given. */
class Agent implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT
  readonly clientMetadata = { redirect_uris: [REDIRECT], client_name: 'Agent' }
  sentTo: URL | null = null
  #saved: { access_token: string; token_type: string } | undefined
  #verifier = ''
  #transport: StreamableHTTPClientTransport | null = null
  #client: Client | null = null

  clientInformation = () => ({ client_id: app.id, client_secret: String(app.secret) })
  tokens = () => this.#saved
  saveTokens = (tokens: { access_token: string; token_type: string }) => {
    this.#saved = tokens
  }
  redirectToAuthorization = (url: URL) => {
    this.sentTo = url
  }
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier
  }
  codeVerifier = () => this.#verifier

  async call(name: 'read' | 'write'): Promise<string> {
    if (this.#client === null) {
      this.#transport = new StreamableHTTPClientTransport(resource, { authProvider: this })
      const client = new Client({ name: 'agent', version: '1.0.0' })
      await client.connect(this.#transport as Transport)
      this.#client = client
    }
    const { content } = await this.#client.callTool({ name })
    return (content as { text: string }[])[0]?.text ?? ''
  }
  /** With the code that the person brought back. */
  async goOn(back: URL): Promise<void> {
    await this.#transport?.finishAuth(String(back.searchParams.get('code')))
    await this.#client?.close()
    this.#client = null
  }
  get token(): string {
    return this.#saved?.access_token ?? ''
  }
}

/** It is sent to its person, who lets it in. @returns the page that they saw */
async function letIn(agent: Agent, name: 'read' | 'write'): Promise<string> {
  await expect(agent.call(name)).rejects.toThrow(UnauthorizedError)
  const page = await browser.follow(String(agent.sentTo))
  await agent.goOn(backAtApp(await browser.press(page, 'allow')))
  return page.html
}

async function post(token: string, name: string) {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }
  const headers = {
    ...(token !== '' && bearer(token)),
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  }
  const response = await fetch(resource, { method: 'POST', headers, body: JSON.stringify(call) })
  return [response.status, response.headers.get('www-authenticate')] as const
}

describe('an agent', () => {
  test('finds who gives tokens, asks for what reads, and for more when it is told to', async () => {
    const agent = new Agent()
    const first = await letIn(agent, 'read')
    expect(agent.sentTo?.searchParams.get('scope')).toBe('notes:read')
    expect(first).toContain(`It may do this at ${resource.host}/mcp, and nowhere else.`)
    expect(first).not.toContain('notes:write')
    expect(await agent.call('read')).toBe(`read by ${person.id}`)

    const second = await letIn(agent, 'write')
    expect(agent.sentTo?.searchParams.get('scope')).toBe('notes:read notes:write')
    expect(second).toContain('notes:write')
    expect(await agent.call('write')).toBe(`write by ${person.id}`)
    expect(claimsIn(agent.token)).toMatchObject({
      aud: resource.href,
      scope: 'notes:read notes:write',
    })
  })

  test('gets what its person may, when they may it: not before, and in the same session', async () => {
    const { db } = world.stack
    await db('roles')
      .insert({ name: 'reader', rank: 5, scopes: ['notes:read'] })
      .onConflict('name')
      .ignore()
    const hasRole = async (role_name: string) =>
      await db('user_roles')
        .where('user_id', person.id)
        .whereIn('role_name', ['author', 'reader'])
        .update({ role_name })
    await hasRole('reader')
    const agent = new Agent()
    await letIn(agent, 'read')
    await expect(agent.call('write')).rejects.toThrow(UnauthorizedError)
    // Nothing new to ask about.
    const back = backAtApp(await browser.follow(String(agent.sentTo)))
    await agent.goOn(back)
    expect(claimsIn(agent.token).scope).toBe('notes:read')

    await hasRole('author')
    expect(await letIn(agent, 'write')).toContain('notes:write')
    expect(await agent.call('write')).toBe(`write by ${person.id}`)
  })
})

describe('the server', () => {
  test('challenges by the name of what is missing, and says where tokens come from', async () => {
    const agent = new Agent()
    await letIn(agent, 'read')
    const metadata = `resource_metadata="${resource.origin}/.well-known/oauth-protected-resource/mcp"`
    const [status, challenge] = await post(agent.token, 'write')
    expect(status).toBe(403)
    expect(challenge).toMatch(/^Bearer error="insufficient_scope"/)
    expect(challenge).toContain('scope="notes:read notes:write"')
    expect(challenge).toContain(metadata)
    const [unknown, invalid] = await post('', 'read')
    expect([unknown, invalid]).toEqual([401, expect.stringContaining(metadata)])
  })

  test('takes no token that is for the graph, nor the graph one that is for it', async () => {
    const { stack } = world
    const party = await relyingParty(stack, app)
    const forGraph = await tokensFor(party, browser, 'graph notes:read')
    expect((await post(forGraph.access_token, 'read'))[0]).toBe(401)
    const agent = new Agent()
    await letIn(agent, 'read')
    const { errors } = await stack.client.send(VIEWER, {}, bearer(agent.token))
    expect(errors?.[0]?.extensions.reason).toBe('TOKEN_INVALID')
  })

  test('takes none that is bound to a key from somebody who does not prove it', async () => {
    const { stack, admin } = world
    const program = await registerApp(stack, admin, {
      redirectUris: [],
      grantTypes: ['CLIENT_CREDENTIALS'],
      scopes: ['notes:read'],
      resources: [resource.href],
    })
    const party = await relyingParty(stack, program)
    const asked = { resource: resource.href }
    const unbound = await oidc.clientCredentialsGrant(party, asked)
    expect((await post(unbound.access_token, 'read'))[0]).toBe(200)
    const DPoP = oidc.getDPoPHandle(party, await oidc.randomDPoPKeyPair())
    const bound = await oidc.clientCredentialsGrant(party, asked, { DPoP })
    expect(claimsIn(bound.access_token).cnf).toEqual({ jkt: expect.any(String) })
    expect((await post(bound.access_token, 'read'))[0]).toBe(401)
  })
})
