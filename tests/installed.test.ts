// docs/in-your-repository.md, as somebody follows it: the packed tarballs in an empty folder, beside a graph that was there before.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { example } from './docs/examples.ts'
import { freePorts } from './free-ports.ts'
import { PASSWORD, REGISTER, VERIFY } from './people.ts'
import { registryEnvironment } from './registry-environment.ts'

const PAGE = 'docs/in-your-repository.md'
const folder = mkdtempSync(join(tmpdir(), 'sallyport-installed-'))
const servers: Server[] = []
let child: ChildProcess | undefined
let shop: ChildProcess | undefined
let env: Record<string, string>
let tarballs: string[] = []
/** Of a person who has registered. */
let accessToken = ''

/** Federation 1, and a name that the sample has too. */
const reviews = `
  type Query { topReviews: [Review] }
  type Review @key(fields: "id") { id: ID! text: String author: User }
  extend type User @key(fields: "id") { id: ID! @external }`
const team = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { user: User users: [User] }
  type User @key(fields: "id") { id: ID! nick: String }`

beforeAll(async () => {
  const [port, auth, admin] = await freePorts(3)
  env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    PORT: String(port),
    AUTH_PORT: String(auth),
    ADMIN_PORT: String(admin),
    PASSWORD_HASH_COST: '10',
  }
  await npm(['run', '--silent', 'build'], process.cwd())
  for (const packed of ['.', './claims'])
    await npm(
      ['pack', packed, '--ignore-scripts', '--silent', '--pack-destination', folder],
      process.cwd(),
    )
  tarballs = readdirSync(folder).map((file) => `./${file}`)
  expect(tarballs).toHaveLength(2)
  const quick = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
  await npm(['install', '--engine-strict', ...quick, ...tarballs])
}, 600_000)
afterAll(async () => {
  for (const started of [child, shop]) {
    if (started?.exitCode !== null) continue
    const exited = once(started, 'exit')
    started.kill('SIGKILL')
    await exited
  }
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('what is packed is what publint and attw want', async () => {
  const bin = (name: string) => join(process.cwd(), 'node_modules/.bin', name)
  for (const tarball of tarballs) {
    await run(bin('publint'), ['run', '--strict', tarball])
    const entries = tarball.includes('claims') ? [] : ['--exclude-entrypoints', 'package.json']
    await run(bin('attw'), ['--profile', 'esm-only', tarball, ...entries])
  }
})

/** A registry that stops answering in the middle is asked once more. */
async function npm(args: readonly string[], cwd = folder): Promise<void> {
  const once = () => run('npm', args, cwd, registryEnvironment())
  await once().catch(once)
}

async function run(file: string, args: readonly string[], cwd = folder, environment = env) {
  const options = { cwd, env: environment, timeout: 240_000, killSignal: 'SIGKILL' as const }
  const { stdout } = await promisify(execFile)(file, [...args], options)
  return stdout
}

/** A line of the page, with what is where it is here. */
function typed(section: string, places: Readonly<Record<string, string>> = {}): string[] {
  const { code } = example(PAGE, section, 'sh')
  const text = Object.entries(places).reduce((line, [from, to]) => line.replaceAll(from, to), code)
  return text
    .trim()
    .replace(/^npx sallyport /, '')
    .split(/\s+/)
}

const sallyport = (...args: string[]) => run(join(folder, 'node_modules/.bin/sallyport'), args)

async function serve(sdl: string, resolvers: object): Promise<string> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }])
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { query, variables } = JSON.parse(text) as {
      query: string
      variables?: Record<string, unknown>
    }
    const answer = await graphql({ schema, source: query, variableValues: variables ?? {} })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

/** In Python, without a library. */
async function servePython(): Promise<string> {
  const [port = 0] = await freePorts(1)
  shop = spawn('python3', ['tests/plain-subgraph.py', String(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/graphql`
  const check = () => sallyport('subgraph', 'check', url, '--name', 'shop').catch(() => '')
  await expect.poll(check, { timeout: 30_000 }).toContain('Federation 2.5')
  return url
}

test('a graph with a User of its own joins as it is, and a person who registers reads it', async () => {
  const reviewsUrl = await serve(reviews, {
    Query: {
      topReviews: () => [{ id: 'r1', text: 'good', author: { __typename: 'User', id: 'u1' } }],
    },
  })
  const teamUrl = await serve(team, {
    Query: { user: () => ({ id: 'u1', nick: 'ada' }) },
    User: { __resolveReference: ({ id }: { id: string }) => ({ id, nick: 'ada' }) },
  })
  const places = {
    'http://localhost:4003/graphql': reviewsUrl,
    'http://localhost:4004/graphql': teamUrl,
  }
  const said = await sallyport(
    ...typed('Begin', places),
    '--subgraph',
    `shop=${await servePython()}`,
  )
  expect(said).toContain('User is called Account here')
  const yaml = join(folder, 'supergraph.yaml')
  const rules = `rules: { Query.stock: '@policy(policies: [["role:buyer"]])' }`
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/( +)shop:\n/, `$&$1  ${rules}\n`))
  expect(await sallyport('check')).toContain('4 subgraphs checked')
  await expect(sallyport('chekc')).rejects.toMatchObject({ code: 2 })
  await expect(sallyport('check', '--confg', 'x')).rejects.toMatchObject({ code: 2 })
  await sallyport('compose')
  expect(readFileSync(join(folder, 'supergraph.graphql'), 'utf8')).toContain('type Account')

  const config = example('docs/hooks.md', 'Hooks', 'ts').code
  writeFileSync(join(folder, 'sallyport.config.mjs'), config)
  const output = await startDev()
  const client = createClient(`http://127.0.0.1:${env.PORT}`)
  const query =
    '{ topReviews { text author { nick } } user { nick } products { name } viewer { user { __typename email } } }'
  expect((await client.send(query)).status).toBe(401)
  const refused = await client.send(REGISTER, {
    input: { email: 'eve@competitor.example', password: PASSWORD },
  })
  expect(refused.errors[0]).toMatchObject({
    message: 'Please register with another e-mail address.',
    extensions: { reason: 'REFUSED_BY_HOOK' },
  })
  const begun = await client.send(REGISTER, {
    input: { email: 'ada@example.com', password: PASSWORD },
  })
  await expect.poll(() => /code: (\d{8})/.exec(output())?.[1]).toBeDefined()
  const code = /code: (\d{8})/.exec(output())?.[1] ?? ''
  const verificationId = begun.data.register.verification.id
  const verified = await client.send(VERIFY, { input: { verificationId, code } })
  accessToken = verified.data.verifySession.tokens.accessToken
  const answer = await client.send(query, {}, { authorization: `Bearer ${accessToken}` })
  expect(answer.errors).toEqual([])
  expect(answer.data).toEqual({
    topReviews: [{ text: 'good', author: { nick: 'ada' } }],
    user: { nick: 'ada' },
    products: [{ name: 'Chair' }],
    viewer: { user: { __typename: 'Account', email: 'ada@example.com' } },
  })
  const stock = await client.send('{ stock }', {}, { authorization: `Bearer ${accessToken}` })
  expect(stock.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
})

test('an Apollo Server of one’s own has the gateway of the package behind it, and knows who asks', async () => {
  const { code } = example('docs/operators.md', "Inside an Apollo Server of one's own", 'ts')
  const [port = 0, own = 0, admin = 0] = await freePorts(3)
  writeFileSync(
    join(folder, 'own.mjs'),
    code.replace('plugins: [yours]', 'plugins: []').replace('port: 4000', `port: ${port}`),
  )
  const settings = {
    PORT: String(own),
    ADMIN_PORT: String(admin),
    SUPERGRAPH_CONFIG: 'supergraph.yaml',
    PUBLIC_URL: `http://localhost:${env.PORT}`,
  }
  const started = spawn(process.execPath, ['own.mjs'], {
    cwd: folder,
    env: { ...env, ...settings, AUTH_URL: `http://127.0.0.1:${env.AUTH_PORT}/graphql` },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const client = createClient(`http://127.0.0.1:${port}`)
    const ask = () =>
      client
        .send('{ viewer { user { email } } }', {}, { authorization: `Bearer ${accessToken}` })
        .catch(() => null)
    await expect
      .poll(async () => (await ask())?.data, { timeout: 60_000 })
      .toEqual({ viewer: { user: { email: 'ada@example.com' } } })
  } finally {
    const exited = once(started, 'exit')
    started.kill('SIGKILL')
    await exited
  }
})

test('sallyport.config.ts has its types from the package: what is misspelt or not allowed does not compile', async () => {
  const right = example('docs/hooks.md', 'Hooks', 'ts').code
  const wrong = `
    defineConfig({ hooks: { beforeRegister: ({ email }) => ({ refuse: email }) } })
    // @ts-expect-error there is no such hook
    defineConfig({ hooks: { beforeRegsiter: () => undefined } })
    // @ts-expect-error a sentence, not a verdict
    defineConfig({ hooks: { beforeSignIn: () => ({ refuse: true }) } })
    // @ts-expect-error nobody is told a password
    defineConfig({ hooks: { beforeRegister: ({ password }) => undefined } })
    // @ts-expect-error claims are plain
    defineConfig({ hooks: { claims: () => ({ claims: { plan: { name: 'gold' } } }) } })
    // @ts-expect-error one of two words
    defineConfig({ hooks: { onRequest: { run: () => undefined, onFailure: 'allow' } } })`
  writeFileSync(join(folder, 'sallyport.config.mts'), right + wrong)
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023']
  const types = ['--types', 'node', '--typeRoots', join(process.cwd(), 'node_modules/@types')]
  await run(tsc, [...options, ...types, 'sallyport.config.mts'])
})

async function startDev(): Promise<() => string> {
  const started = spawn(join(folder, 'node_modules/.bin/sallyport'), ['dev'], { cwd: folder, env })
  child = started
  const printed: string[] = []
  const output = () => printed.join('')
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  await expect
    .poll(() => started.exitCode !== null || output().includes('Sallyport is up'), {
      timeout: 100_000,
    })
    .toBe(true)
  expect(output()).toContain('Sallyport is up')
  return output
}
