// `sallyport subgraphs`: what the running gateway serves, holds and served before; `accept` and `back` change it.
import { userInfo } from 'node:os'
import { createIdentitySigner } from '@sallyport/claims/sign'
import { shortId } from '../../gateway/changes/contents.ts'
import { GRAPH_AUDIENCE } from '../../gateway/changes/route.ts'
import type { GraphStatus, HeldChange } from '../../gateway/changes/status.ts'
import { readGatewayConfig } from '../../gateway/config.ts'
import { readDevelopmentIdentityKeys } from '../../gateway/identity-keys.ts'
import { formatOf } from '../access/print.ts'
import type { Given, Outcome } from '../operator/command.ts'
import { adminUrlOf } from './admin-url.ts'
import { withConfigPath } from './config-path.ts'

export async function showSubgraphs({ gateway, format }: Given): Promise<Outcome> {
  const wanted = formatOf(format, ['table', 'json'])
  const status = (await ask(gateway)) as unknown as GraphStatus
  const said = wanted === 'json' ? JSON.stringify(status, null, 2) : describe(status)
  return { said, isComplete: true }
}

export async function acceptChange({ id, gateway }: Given): Promise<Outcome> {
  const { said } = await ask(gateway, { command: 'accept', id, by: whoAsks() })
  return { said: String(said), isComplete: true }
}

export async function goBack({ version, gateway }: Given): Promise<Outcome> {
  const { said } = await ask(gateway, { command: 'back', id: version ?? null, by: whoAsks() })
  return { said: String(said), isComplete: true }
}

/** Kept in the history of versions. */
function whoAsks(): string {
  try {
    return userInfo().username
  } catch {
    return 'an operator'
  }
}

/** @throws Error in a sentence */
async function ask(
  gateway: Given[string] | undefined,
  body?: object,
): Promise<Record<string, unknown>> {
  const config = readGatewayConfig(withConfigPath(process.env))
  // One that is made here no gateway would know.
  const keys = config.identityKeys?.release() ?? (await readDevelopmentIdentityKeys(config.dataDir))
  if (keys === null)
    throw new Error(
      `IDENTITY_KEYS is not set, and ${config.dataDir} has no keys either: run it where the gateway's settings are.`,
    )
  const signer = await createIdentitySigner({ keys, issuer: config.publicUrl })
  const token = await signer.sign(GRAPH_AUDIENCE, { kind: 'gateway' })
  const url = adminUrlOf(gateway, config)
  const response = await fetch(`${url}/graph`, {
    redirect: 'error',
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`No gateway answers at ${url}: name its admin listener with --gateway.`)
  })
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (response.ok) return answer
  throw new Error(String(answer.error ?? describeStranger(url, response.status)))
}

/** `sallyport dev` serves what changes at once, and keeps no versions. */
function describeStranger(url: string, status: number): string {
  if (status !== 404) return `${url} answers ${status}.`
  return `${url} answers 404: it is not the admin listener (ADMIN_PORT) of a gateway that keeps versions of its graph, as "sallyport start" does and "sallyport dev" does not.`
}

const REACH = {
  machine: 'Decisions hold for this gateway alone: GATEWAY_NATS_URL is not set.',
  nats: 'Decisions hold for every gateway, over NATS.',
  'nats-unavailable': 'NATS is unavailable: other gateways hear of decisions when it is back.',
} as const

function describe(status: GraphStatus): string {
  const { version, isPinned, held, versions, subgraphs } = status
  const served =
    version === null
      ? 'No graph is served yet.'
      : `Served: ${shortId(version.id)}, since ${version.at}${isPinned ? ', pinned: changes wait for "sallyport subgraphs accept"' : ''}`
  return [
    served,
    ...held.flatMap(describeHeld),
    REACH[status.reach],
    'Subgraphs:',
    ...subgraphs.map(
      ({ name, from, seenAt, failure }) =>
        `  ${name}  ${from}${seenAt === null ? '' : `, said so at ${new Date(seenAt).toISOString()}`}${failure === null ? '' : `; ${failure}`}`,
    ),
    'Versions:',
    ...versions.map(({ id, at, by, changes }) => `  ${shortId(id)}  ${at}  ${by}: ${few(changes)}`),
  ].join('\n')
}

function describeHeld({ id, since, kind, of, reasons }: HeldChange): readonly string[] {
  const words = { broken: 'broken', waits: 'waits to be accepted', opens: 'served, but' } as const
  const what = of.length === 0 ? '' : ` (${of.join(', ')})`
  return [
    `Held: ${shortId(id)}, since ${since}${what}: ${words[kind]}`,
    ...reasons.map((reason) => `  - ${reason}`),
  ]
}

function few(changes: readonly string[]): string {
  const more = changes.length > 6 ? ` and ${changes.length - 6} more` : ''
  return `${changes.slice(0, 6).join(', ')}${more}`
}
