// The readers of docs/subgraphs.md in other languages, as they stand there, with their real libraries, against the test vectors.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { example } from '../docs/examples.ts'

const PAGE = 'docs/subgraphs.md'
const RUNNERS = join(import.meta.dirname, 'languages')
const folder = mkdtempSync(join(tmpdir(), 'sallyport-languages-'))
const vectors = join(folder, 'vectors.json')
let gateway: Server
let jwksUrl: string

beforeAll(async () => {
  gateway = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(JSON.parse(readFileSync(vectors, 'utf8')).jwks))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => gateway.once('listening', resolve))
  jwksUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/jwks.json`
})
afterAll(() => {
  gateway?.close()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Clocks of other languages cannot be set: the vectors are made for a moment that each reader waits for, and
 * hold for that second alone. A busy machine gets more time to load.
 */
async function readVectors(command: string, args: readonly string[], cwd: string): Promise<string> {
  for (const seconds of [8, 30, 90]) {
    const now = Math.floor(Date.now() / 1000) + seconds
    const make = ['--conditions=sallyport-source', 'claims/vectors/make.ts', vectors, String(now)]
    execFileSync('node_modules/.bin/tsx', make)
    const output = await run(command, args, cwd)
    if (!output.includes('too late')) return output
  }
  throw new Error('this machine is too busy to read all tokens within a second')
}

/** The example for the subgraph of the vectors; nothing else in it is changed. */
function reader(section: string, language: string): string {
  return example(PAGE, section, language).code.replace('"orders"', '"reviews"')
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${command} exited with ${code}:\n${output.slice(-4000)}`)
  return output
}

/** What a reader says that read all good vectors and refused all bad ones. */
function all(): string {
  const { good, bad } = JSON.parse(readFileSync(vectors, 'utf8'))
  expect(Math.min(good.length, bad.length)).toBeGreaterThanOrEqual(12)
  return `${good.length} good ones read, ${bad.length} bad ones refused`
}

describe('the reader in Python', () => {
  test.each([
    ['PyJWT 2.6', ['PyJWT==2.6.0', 'cryptography==38.0.4']],
    ['the newest PyJWT', ['PyJWT[crypto]']],
  ])('passes the vectors with %s, and answers 503 without keys', async (name, packages) => {
    const home = join(folder, name.replaceAll(' ', '-'))
    execFileSync('python3', ['-m', 'venv', home])
    execFileSync(join(home, 'bin/pip'), ['install', '--quiet', ...packages])
    writeFileSync(join(home, 'reader.py'), reader('Python (PyJWT)', 'python'))
    copyFileSync(join(RUNNERS, 'run.py'), join(home, 'run.py'))
    const python = join(home, 'bin/python')
    const output = await readVectors(python, ['run.py', vectors, jwksUrl], home)
    expect(output).toContain(all())
    expect(output).toContain('without keys: KeysUnavailable')
  })
})

test('the reader in Go passes the vectors', async () => {
  const home = join(folder, 'go')
  mkdirSync(join(home, 'identity'), { recursive: true })
  writeFileSync(join(home, 'identity/identity.go'), reader('Go (golang-jwt, keyfunc)', 'go'))
  copyFileSync(join(RUNNERS, 'run.go.txt'), join(home, 'main.go'))
  writeFileSync(join(home, 'go.mod'), readFileSync(join(RUNNERS, 'go.mod.txt')))
  await run('go', ['mod', 'tidy'], home)
  await run('go', ['build', '-o', 'reader', '.'], home)
  expect(await readVectors('./reader', [vectors, jwksUrl], home)).toContain(all())
})

test('the reader in Java passes the vectors', async () => {
  const home = join(folder, 'java')
  const source = join(home, 'src/main/java')
  mkdirSync(source, { recursive: true })
  const code = reader('Java (Spring Security)', 'java')
  const local = code.replace('ISSUER + "/.well-known/identity-jwks.json"', `"${jwksUrl}"`)
  expect(local).not.toBe(code)
  writeFileSync(join(source, 'IdentityConfig.java'), local)
  copyFileSync(join(RUNNERS, 'Run.java.txt'), join(source, 'Run.java'))
  copyFileSync(join(RUNNERS, 'pom.xml'), join(home, 'pom.xml'))
  await run(
    'mvn',
    ['-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=cp'],
    home,
  )
  const classpath = `target/classes:${readFileSync(join(home, 'cp'), 'utf8').trim()}`
  expect(await readVectors('java', ['-cp', classpath, 'Run', vectors], home)).toContain(all())
})
