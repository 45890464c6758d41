// docker-compose.yml, judged by the library that Docker Compose itself reads it with. No container is started: that needs an engine.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { composeFile } from '../../scripts/graph/init-files.ts'

interface Service {
  readonly image: string
  readonly profiles?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly ports?: readonly { readonly host_ip?: string }[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: object
  readonly depends_on?: Readonly<Record<string, object>>
  readonly networks?: Readonly<
    Record<string, { readonly aliases?: readonly string[]; readonly ipv4_address?: string } | null>
  >
}

/** @throws Error with what is wrong with it */
async function modelOf(file: string): Promise<Readonly<Record<string, Service>>> {
  const at = { env: { PATH: process.env.PATH ?? '' } }
  try {
    const { stdout } = await promisify(execFile)('compose-spec', ['--format', 'json', file], at)
    return (JSON.parse(stdout) as { services: Record<string, Service> }).services
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    if (code === 'ENOENT')
      throw new Error('install compose-spec (.ci/servers.sh)', { cause: error })
    throw new Error(`${stdout}${stderr}`, { cause: error })
  }
}

let services: Readonly<Record<string, Service>>
beforeAll(async () => {
  services = await modelOf('docker-compose.yml')
})
const namesOf = (profile: string | null) =>
  Object.entries(services)
    .filter(([, { profiles }]) => profiles === undefined || profiles.includes(profile ?? ''))
    .map(([name]) => name)
    .toSorted()

const ALWAYS = ['auth', 'gateway', 'mail', 'nats', 'postgres', 'proxy', 'redis', 'reviews']

test('the profile `production` has two gateways and two instances of auth behind one name each', () => {
  expect(namesOf(null)).toEqual(ALWAYS)
  expect(namesOf('production')).toEqual([...ALWAYS, 'auth-2', 'gateway-2'].toSorted())
  for (const part of ['gateway', 'auth']) {
    expect(services[`${part}-2`]?.networks?.inside?.aliases).toEqual([part])
    // But for where they stand they are the same.
    const { profiles: _, networks: __, ...second } = services[`${part}-2`] ?? {}
    const { networks: ___, ...first } = services[part] ?? {}
    expect(second).toEqual(first)
  }
})

test('whom a service waits for is there in the same profile', () => {
  for (const { depends_on = {}, profiles: [profile = null] = [] } of Object.values(services))
    expect(namesOf(profile)).toEqual(expect.arrayContaining(Object.keys(depends_on)))
})

test('every part of ours has a read-only file system, no privilege, and says whether it is ready', () => {
  for (const name of ['gateway', 'gateway-2', 'auth', 'auth-2', 'reviews']) {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      healthcheck: expect.anything(),
    })
  }
})

test('the machine alone reaches what is open, and the gateway believes the proxy alone', () => {
  const open = Object.entries(services).filter(([, { ports }]) => ports !== undefined)
  expect(open.map(([name]) => name).toSorted()).toEqual(['mail', 'proxy'])
  for (const [, { ports = [] }] of open)
    for (const { host_ip } of ports) expect(host_ip).toBe('127.0.0.1')
  expect(services.gateway?.environment?.TRUSTED_PROXIES).toBe(
    services.proxy?.networks?.inside?.ipv4_address,
  )
})

describe('what is wrong is found: silence above means something', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-compose-'))
  /** With a value for what `.env` has to say. */
  const compose = composeFile.replace(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/, 'secret')
  const write = (text: string) => {
    const file = join(folder, 'compose.yaml')
    writeFileSync(file, text)
    writeFileSync(join(folder, '.env'), '')
    return file
  }

  test('a key that no service has', async () => {
    const misspelt = compose.replace('restart:', 'restarts:')
    await expect(modelOf(write(misspelt))).rejects.toThrow('restarts')
  })

  test('and the file that `sallyport init` writes is sound', async () => {
    const written = await modelOf(write(compose))
    expect(Object.keys(written).toSorted()).toEqual(['auth', 'database', 'gateway'])
    for (const part of ['auth', 'gateway'])
      expect(written[part]).toMatchObject({
        init: true,
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    rmSync(folder, { recursive: true })
  })
})
