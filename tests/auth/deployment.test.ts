// What a deployment calls auth, and what it offers: told to clients, and the same at both doors or not answered at all.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentitySigner } from '@sallyport/claims/sign'
import pino from 'pino'
import { expect, test } from 'vitest'
import { example } from '../docs/examples.ts'
import { type Stack, startStack } from '../harness.ts'

const PATH = '/.well-known/sallyport'

test('of a deployment: how people sign in, and what auth is called, in the keys of the page', async () => {
  await using folder = await graphFolder('auth: { names: { User: Account }, omit: [Query.roles] }')
  const stack = await startStack({
    env: { SIGN_IN_METHODS: 'email-code', REGISTRATION: 'closed', SUPERGRAPH_CONFIG: folder.path },
  })
  try {
    const told = await read(stack)
    const page = JSON.parse(example('docs/frontends.md', 'What a deployment offers', 'json').code)
    expect(Object.keys(told)).toEqual(Object.keys(page))
    expect(Object.keys(told.signIn)).toEqual(Object.keys(page.signIn))
    expect(Object.keys(told.features)).toEqual(Object.keys(page.features))
    expect([told.names, told.omitted]).toEqual([{ User: 'Account' }, ['Query.roles']])
    expect(told.signIn).toEqual({
      password: false,
      emailCode: true,
      passkey: false,
      providers: [],
      registration: 'closed',
    })
    // From the side it opens to gateways alone.
    expect((await fetch(`${stack.auths[0]?.url}/internal/ways-in`)).status).toBe(401)
  } finally {
    await stack.stop()
  }
})

test('auth answers 503 to a gateway that has other names for it, until they have the same again', async () => {
  await using folder = await graphFolder('auth: { names: { User: Account } }')
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
  const stack = await startStack({ log, env: { SUPERGRAPH_CONFIG: folder.path } })
  const [gateway] = stack.gateways
  const ask = () => stack.client.send('{ signInMethods { password } }')
  try {
    expect((await ask()).data).toEqual({ signInMethods: { password: true } })
    await folder.write('auth: { names: { User: Member } }')
    await gateway?.reloadGraph()
    const refused = await ask()
    expect([refused.data, refused.code]).toEqual([{ signInMethods: null }, 'SERVICE_UNAVAILABLE'])
    expect(lines.some((line) => line.includes('has to be the same for both'))).toBe(true)
    expect(await statusAtAuth(stack)).toBe(503)
    await folder.write('auth: { names: { User: Account } }')
    await gateway?.reloadGraph()
    expect((await ask()).data).toEqual({ signInMethods: { password: true } })
  } finally {
    await stack.stop()
  }
})

/** Of a gateway without the names, at auth's own door. */
async function statusAtAuth({ env, auths }: Stack): Promise<number> {
  const keys = JSON.parse(env.IDENTITY_KEYS ?? '')
  const signer = await createIdentitySigner({ keys, issuer: env.PUBLIC_URL ?? '' })
  const response = await fetch(`${auths[0]?.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'sallyport-identity': await signer.sign('auth', { kind: 'anonymous' }),
    },
    body: JSON.stringify({ query: '{ signInMethods { password } }' }),
  })
  return response.status
}

interface Told {
  readonly names: Readonly<Record<string, string>>
  readonly omitted: readonly string[]
  readonly signIn: Readonly<Record<string, unknown>>
  readonly features: Readonly<Record<string, unknown>>
}

async function read({ gateways }: Stack): Promise<Told> {
  const response = await fetch(gateways[0]?.url + PATH)
  return (await response.json()) as Told
}

/** A graph of auth alone, with names of its own. */
async function graphFolder(names: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-deployment-'))
  const path = join(folder, 'supergraph.yaml')
  const write = (text: string) => writeFile(path, `subgraphs: {}\n${text}\n`)
  await write(names)
  return { path, write, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
