// How a gateway comes by its graph: the composed file beside the YAML, or composed at the start; without one it serves nothing.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createGateway } from '../../gateway/gateway.ts'
import { createLog } from '../../platform/log.ts'
import { authSdl } from './auth-peer.ts'
import { type Reply, refusalOf, startGateway } from './start-gateway.ts'

test('a gateway composes at its start, and knows the policies of the module beside its YAML; one that throws lets nobody in', async () => {
  await using stack = await startGateway()
  const folder = dirname(stack.config.supergraphPath)
  rmSync(join(folder, 'supergraph.graphql'))
  const sdl = authSdl.replace(
    'hello: String @public',
    'hello: String @policy(policies: [["staff"]])',
  )
  expect(sdl).not.toBe(authSdl)
  writeFileSync(join(folder, 'auth.graphql'), sdl)

  writeFileSync(
    join(folder, 'policies.mjs'),
    `export default {
      staff: ({ roles }) => {
        if (roles.includes('broken')) throw new Error('no such table at 10.0.0.1')
        return roles.includes('staff')
      },
    }`,
  )
  appendFileSync(stack.config.supergraphPath, 'policies: { module: policies.mjs }\n')

  const gateway = await createGateway(
    { ...stack.config, port: 0 },
    { logger: createLog({ part: 'gateway', level: 'silent' }) },
  )
  try {
    await gateway.ready()
    const ask = async (token: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ hello }' }),
      })
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Reply['body'],
      }
    }
    expect(refusalOf(await ask(await stack.auth.token()))).toBe('FORBIDDEN')
    const broken = await ask(await stack.auth.token({ claims: { roles: ['broken'] } }))
    expect([broken.status, refusalOf(broken)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(JSON.stringify(broken.body)).not.toContain('10.0.0.1')
    expect((await ask(await stack.auth.token({ claims: { roles: ['staff'] } }))).status).toBe(200)
  } finally {
    await gateway.stop()
  }
})

test('a gateway with a broken graph says so, is not ready and serves nothing', async () => {
  await using stack = await startGateway()
  const composed = join(dirname(stack.config.supergraphPath), 'supergraph.graphql')
  writeFileSync(composed, 'type Query { hello: String }')
  const gateway = await createGateway(
    { ...stack.config, port: 0 },
    { logger: createLog({ part: 'gateway', level: 'silent' }) },
  )
  try {
    await expect(gateway.ready()).rejects.toThrow('no graph')
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503)
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ hello }"}',
    })
    expect(answer.status).toBe(503)
  } finally {
    await gateway.stop()
  }
})

test('where there is no supergraph.yaml the start says which setting names it', async () => {
  await using stack = await startGateway()
  const supergraphPath = join(dirname(stack.config.supergraphPath), 'none.yaml')
  await expect(createGateway({ ...stack.config, port: 0, supergraphPath })).rejects.toThrow(
    `${supergraphPath} cannot be used:\n  - there is no such file: SUPERGRAPH_CONFIG says where it is`,
  )
})

test('a module of policies that cannot be used stops the start and says why', async () => {
  await using stack = await startGateway()
  const folder = dirname(stack.config.supergraphPath)
  appendFileSync(stack.config.supergraphPath, 'policies: { module: policies.mjs }\n')
  const start = () => createGateway({ ...stack.config, port: 0 })
  await expect(start()).rejects.toThrow('policies.mjs cannot be loaded')
  writeFileSync(join(folder, 'policies.mjs'), 'export default { live: () => true }')
  await expect(start()).rejects.toThrow('"live" is built in')
})
