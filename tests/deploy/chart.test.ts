// The Helm chart in deploy/helm: taken by Helm and by Kubernetes' own types, locked up, and no secret in it.
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readGatewayConfig } from '../../gateway/config.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { example } from '../docs/examples.ts'
import { lintChart, type Manifests, renderChart } from './helm-chart.ts'

const { code } = example('docs/operators.md', 'Kubernetes', 'yaml')
const documented = parse(code) as Record<string, object>
const everything = {
  ...documented,
  image: { repository: 'registry.example.com/graph', digest: `sha256:${'a'.repeat(64)}` },
  settings: { MAX_BODY_BYTES: 2_097_152, OTEL_TRACES_SAMPLER_ARG: 0.01, LOG_LEVEL: 'warn' },
  gateway: { secret: 'gateway', autoscaling: { enabled: true }, tolerations: [{ key: 'edge' }] },
  auth: { secret: 'auth', autoscaling: { enabled: true }, nodeSelector: { disk: 'fast' } },
  migrations: { secret: 'owner', appRole: 'sallyport_app' },
  networkPolicy: {
    clientsFrom: [{ podSelector: { matchLabels: { app: 'proxy' } } }],
    monitoringFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
}
const withVolume = {
  ...documented,
  gateway: {
    secret: 'gateway',
    autoscaling: { enabled: true },
    persistence: { enabled: true, size: '2Gi', storageClass: 'fast' },
  },
}
const few = await renderChart(documented)
const all = await renderChart(everything)
const kept = await renderChart(withVolume)

const partsOf = ({ Deployment, StatefulSet }: Manifests) => [...Deployment, ...StatefulSet]
const podsOf = (manifests: Manifests): PodSpec[] =>
  [...partsOf(manifests), ...manifests.Job].flatMap(({ spec }) => spec?.template.spec ?? [])
const containersOf = (manifests: Manifests): Container[] =>
  podsOf(manifests).flatMap(({ containers, initContainers = [] }) => [
    ...initContainers,
    ...containers,
  ])
const environmentOf = ({ env = [] }: Container): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))
const deployed = (manifests: Manifests, part: string): Container => {
  const found = containersOf(manifests).find(({ name }) => name === part)
  if (found === undefined) throw new Error(`there is no container ${part}`)
  return found
}

describe.each([
  ['the documented values', documented, few],
  ['every option', everything, all],
  ['a volume for each gateway', withVolume, kept],
])('with %s', (_, values, manifests) => {
  test('Helm finds nothing wrong', async () => {
    expect(await lintChart(values)).toContain('0 chart(s) failed')
  })

  test('each manifest is one of its kind, and has no field that Kubernetes does not know', () => {
    const kinds = Object.entries(manifests)
    const literals = kinds.flatMap(([kind, found]) =>
      found.map((one) => `({ ...${JSON.stringify(one)} }) satisfies Kinds['${kind}']`),
    )
    expect(literals.length).toBeGreaterThan(8)
    expect(problemsOf(literals)).toBe('')
  })

  test('every container is non-root, on a file system that it cannot write, without a privilege or a token of the cluster', () => {
    for (const pod of podsOf(manifests)) {
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([undefined, undefined, undefined])
      expect(JSON.stringify(pod.volumes)).not.toContain('hostPath')
    }
    for (const { securityContext } of containersOf(manifests))
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
  })

  test('secrets come by reference: none is a value, and the chart makes none', () => {
    const names = containersOf(manifests).flatMap(({ env = [] }) => env.map(({ name }) => name))
    expect(
      names.filter((name) => /PEPPER|_KEY$|KEYS|SECRET|DATABASE|SMTP|NATS|REDIS/.test(name)),
    ).toEqual([])
    for (const { envFrom = [] } of containersOf(manifests)) {
      expect(envFrom.length).toBeGreaterThan(0)
      expect(envFrom.every(({ secretRef }) => secretRef?.name !== undefined)).toBe(true)
    }
  })

  test('gateway and auth take the settings that they are given', () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'jwk',
    })
    const keys = [{ ...jwk, kid: 'idk_1', alg: 'ES256', use: 'sig' }]
    const secret = () => `1:${randomBytes(32).toString('base64')}`
    const gateway = readGatewayConfig({
      ...environmentOf(deployed(manifests, 'gateway')),
      IDENTITY_KEYS: JSON.stringify({ keys }),
    })
    expect([gateway.port, gateway.adminPort]).toEqual(
      deployed(manifests, 'gateway').ports?.map(({ containerPort }) => containerPort),
    )
    expect(gateway.adminHost).toBe('0.0.0.0')
    for (const name of ['auth', 'migrate']) {
      const auth = readAuthConfig({
        ...environmentOf(deployed(manifests, name)),
        DATABASE_URL: 'postgresql://auth@database/auth',
        SMTP_URL: 'smtps://mail.example.com',
        PASSWORD_PEPPER: secret(),
        CODE_KEY: secret(),
        API_KEY_PEPPER: secret(),
        KEY_ENCRYPTION_KEY: secret(),
      })
      expect(auth).toMatchObject({ isProduction: true, host: '0.0.0.0', port: 4001 })
      if (name === 'migrate') continue
      expect(auth.admin).toEqual({ host: '0.0.0.0', port: 9090 })
      const ports = deployed(manifests, 'auth').ports?.map(({ containerPort }) => containerPort)
      expect(ports).toEqual([auth.port, auth.admin?.port])
    }
  })

  test('each part is reached at the address that the other is told', () => {
    const services = new Map(manifests.Service.map(({ metadata, spec }) => [metadata?.name, spec]))
    const { AUTH_URL, IDENTITY_JWKS_URL } = environmentOf(deployed(manifests, 'gateway'))
    for (const [address, part] of [
      [AUTH_URL, 'auth'],
      [IDENTITY_JWKS_URL, 'gateway'],
    ] as const) {
      const { hostname, port } = new URL(address ?? '')
      const service = services.get(hostname)
      expect(service?.ports).toEqual([expect.objectContaining({ port: Number(port || 80) })])
      const pods = partsOf(manifests).find(({ metadata }) => metadata?.name?.endsWith(part))
      expect(pods?.spec?.template.metadata?.labels).toMatchObject(service?.selector ?? { none: '' })
      expect(pods?.spec?.selector.matchLabels).toEqual(service?.selector)
    }
  })

  test('the gateway runs with the flags of the image', () => {
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? []
    expect(deployed(manifests, 'gateway').command).toEqual(JSON.parse(command))
  })

  test('a part is live while it runs, ready when it can serve, and has longer to stop than it drains', () => {
    for (const part of ['gateway', 'auth']) {
      const { livenessProbe, readinessProbe, startupProbe } = deployed(manifests, part)
      expect(livenessProbe?.httpGet?.path).toBe('/health/live')
      expect(startupProbe?.httpGet?.path).toBe('/health/live')
      expect(readinessProbe?.httpGet?.path).toBe('/health/ready')
    }
    for (const { terminationGracePeriodSeconds } of partsOf(manifests).flatMap(
      ({ spec }) => spec?.template.spec ?? [],
    ))
      expect(terminationGracePeriodSeconds).toBeGreaterThan(20)
    for (const { spec } of manifests.Deployment) {
      expect(spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 })
    }
    expect(manifests.PodDisruptionBudget.map(({ spec }) => spec?.maxUnavailable)).toEqual([1, 1])
  })
})

/** What the compiler says of object literals. Empty: nothing. */
function problemsOf(literals: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-manifests-'))
  const kinds = JSON.stringify(join(process.cwd(), 'tests/deploy/kubernetes-kinds.ts'))
  const file = join(folder, 'manifests.ts')
  writeFileSync(
    file,
    [
      `import type { Kinds } from ${kinds}`,
      ...literals.map((one, at) => `export const m${at} = ${one}`),
    ].join('\n'),
  )
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', '', '--ignoreConfig']
  const modules = ['--module', 'nodenext', '--allowImportingTsExtensions']
  try {
    execFileSync('node_modules/.bin/tsc', [...options, ...modules, file], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a field that Kubernetes does not know would be found: silence above means something', () => {
  const [gateway] = few.Deployment
  const wrong = JSON.stringify(gateway).replace('"containerPort"', '"containerport"')
  expect(problemsOf([`(${wrong}) satisfies Kinds['Deployment']`])).toContain('containerport')
})

describe('the network', () => {
  const policyOf = (manifests: Manifests, part: string) =>
    manifests.NetworkPolicy.find(({ metadata }) => metadata?.name?.endsWith(part))?.spec

  test('lets gateways alone reach auth, and everybody the gateway but not its admin port', () => {
    const gateway = few.Deployment.find(({ metadata }) => metadata?.name?.endsWith('gateway'))
    expect(policyOf(few, 'auth')?.ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: gateway?.spec?.selector.matchLabels } }],
        ports: [{ port: 'graphql', protocol: 'TCP' }],
      },
    ])
    expect(policyOf(few, 'gateway')?.ingress).toEqual([
      { ports: [{ port: 'graphql', protocol: 'TCP' }] },
    ])
  })

  test('lets those through who are named, and auth to the keys of the gateway', () => {
    const [clients, monitoring] = policyOf(all, 'gateway')?.ingress ?? []
    const [, ofAuth] = policyOf(all, 'auth')?.ingress ?? []
    for (const one of [monitoring, ofAuth]) {
      expect(one?.from).toEqual(everything.networkPolicy.monitoringFrom)
      expect(one?.ports).toEqual([{ port: 'admin', protocol: 'TCP' }])
    }
    const auth = all.Deployment.find(({ metadata }) => metadata?.name?.endsWith('auth'))
    expect(clients?.from).toEqual([
      ...everything.networkPolicy.clientsFrom,
      { podSelector: { matchLabels: auth?.spec?.selector.matchLabels } },
    ])
  })
})

test('the schema comes before the new version: a Job migrates as the owner, and gives the role of auth what it needs', () => {
  const [job] = all.Job
  expect(job?.metadata?.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade')
  const { command, envFrom } = deployed(all, 'migrate')
  expect(command).toEqual(['sallyport', 'grant-app-role', '--role', 'sallyport_app'])
  // The last one wins.
  expect(envFrom?.at(-1)?.secretRef?.name).toBe('owner')
  expect(deployed(few, 'migrate').command).toEqual(['sallyport', 'migrate'])
})

test('what is optional is absent unless it is asked for', () => {
  expect([few.HorizontalPodAutoscaler, few.ServiceMonitor]).toEqual([[], []])
  expect(all.HorizontalPodAutoscaler).toHaveLength(2)
  // A number of replicas would fight the autoscaler at each upgrade.
  expect(all.Deployment.map(({ spec }) => spec?.replicas)).toEqual([undefined, undefined])
  expect(environmentOf(deployed(all, 'gateway'))).toMatchObject({
    MAX_BODY_BYTES: '2097152',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  })
})

test('graphs that were served outlive a pod where each gateway has a volume', () => {
  const dataOf = (manifests: Manifests, part: string) => {
    const pod = podsOf(manifests).find(({ containers }) => containers[0]?.name === part)
    return pod?.volumes?.find(({ name }) => name === 'data')
  }
  expect(dataOf(few, 'gateway')).toEqual({ name: 'data', emptyDir: {} })
  expect(few.StatefulSet).toEqual([])
  const [gateway, ...others] = kept.StatefulSet
  expect([gateway?.metadata?.name, others]).toEqual(['shop-sallyport-gateway', []])
  expect(dataOf(kept, 'gateway')).toBeUndefined()
  expect(gateway?.spec?.volumeClaimTemplates).toEqual([
    {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        resources: { requests: { storage: '2Gi' } },
      },
    },
  ])
  const mounts = deployed(kept, 'gateway').volumeMounts
  expect(mounts).toContainEqual({ name: 'data', mountPath: '/data' })
  expect(readGatewayConfig({ DATA_DIR: '/data' }).graph.dir).toBe('/data/graph')
  // Auth keeps nothing there that has to outlive it.
  expect(dataOf(kept, 'auth')).toEqual({ name: 'data', emptyDir: {} })
  expect(kept.HorizontalPodAutoscaler.map(({ spec }) => spec?.scaleTargetRef.kind)).toEqual([
    'StatefulSet',
  ])
})

test('Prometheus finds each part under the name that dashboard and alerts know', () => {
  const jobs = all.ServiceMonitor.flatMap(({ spec }) =>
    spec?.endpoints.flatMap(({ relabelings }) => relabelings.map(({ replacement }) => replacement)),
  )
  expect(jobs.toSorted()).toEqual(['sallyport-auth', 'sallyport-gateway'])
  for (const { spec } of all.ServiceMonitor) {
    const wanted = spec?.selector.matchLabels ?? {}
    const found = all.Service.filter(({ metadata }) =>
      Object.entries(wanted).every(([label, value]) => metadata?.labels?.[label] === value),
    )
    expect(found).toHaveLength(1)
  }
})

test.each([
  ['no public URL', { publicUrl: undefined }, /publicUrl/],
  ['a public URL without TLS', { publicUrl: 'http://graph.example.com' }, /publicUrl/],
  ['no graph', { graph: {} }, /graph/],
  ['a secret among the settings', { settings: { CODE_KEY: '1:abc' } }, /CODE_KEY/],
  ['a setting that is the chart’s', { settings: { HOST: '127.0.0.1' } }, /HOST/],
  ['a value that is misspelt', { gatway: {} }, /gatway/],
  [
    'a volume of no size',
    { gateway: { secret: 'gateway', persistence: { enabled: true, size: '0' } } },
    /size/,
  ],
  ['no Secret', { auth: { secret: '' } }, /auth\/secret/],
])('%s is refused before anything is installed', async (_, changed, said) => {
  await expect(renderChart({ ...documented, ...changed })).rejects.toThrow(said)
})
