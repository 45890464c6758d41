// What the Model Context Protocol asks of an authorization server, by its own conformance tests.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../free-ports.ts'
import { backAtApp, registerApp } from './apps.ts'
import { runConformance } from './conformance-tool.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

let world: ProviderWorld

beforeAll(async () => {
  world = await startProviderWorld({ OAUTH_METADATA_DOCUMENTS: 'on' })
})
afterAll(async () => {
  await world?.stack.stop()
})

test.each(['2025-11-25', '2026-07-28'])(
  'all scenarios of the revision %s pass',
  async (revision) => {
    const port = await freePort()
    const { id } = await registerApp(world.stack, world.admin, {
      redirectUris: [`http://127.0.0.1:${port}/callback`],
      tokenEndpointAuthMethod: 'NONE',
    })
    const flags = {
      url: world.issuer.origin,
      'client-id': id,
      resource: `${world.issuer.origin}/graphql`,
      port: String(port),
      'spec-version': revision,
    }
    const { code, output, checks } = await runConformance(flags, async (url) => {
      const { browser } = world
      const page = await browser.follow(url)
      expect(page.html).toContain('It will be able to:')
      expect(page.html).not.toContain('<ul></ul>')
      await fetch(backAtApp(await browser.press(page, 'allow')))
    })
    expect(code, output).toBe(0)
    const statuses = Object.fromEntries(checks.map(({ id, status }) => [id, status]))
    expect(statuses).toEqual({
      'authorization-server-metadata': 'SUCCESS',
      'authorization-server-metadata-cimd': 'SUCCESS',
      'authorization-code-grant': 'SUCCESS',
    })
  },
)
