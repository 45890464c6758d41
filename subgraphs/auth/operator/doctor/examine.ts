// The checks of `doctor`, each by itself: one that cannot look, or gets no answer, is a finding of its own, and stops no other.
import type { Knex } from 'knex'
import { inTime } from '../../../../platform/in-time.ts'
import type { AuthConfig } from '../../config.ts'
import { observeDatabaseClock, observeGatewayClock } from './clocks.ts'
import { observeDatabase } from './database.ts'
import { observeDisk } from './disk.ts'
import { type Finding, failed, type Observation, ok } from './finding.ts'
import { observeIdentityKeys, observeSecrets, observeSigningKey } from './keys.ts'
import { observeProxies } from './proxies.ts'
import {
  observeAudit,
  observeErasures,
  observeEvents,
  observeMail,
  observeWebhooks,
} from './queues.ts'
import { observeNats, observeRedis } from './servers.ts'

export interface DoctorDeps {
  readonly db: Knex
  readonly config: AuthConfig
}

/** Longer than each check's own patience; shorter than that of a person who wants to know what is wrong. */
const LONGEST_MS = 8_000

type Check<Deps> = readonly [name: string, observe: (deps: Deps) => Promise<readonly Observation[]>]

const inTheDatabase: readonly Check<DoctorDeps>[] = [
  ['database', observeDatabase],
  ['keys', observeSigningKey],
  ['keys', observeSecrets],
  ['mail', observeMail],
  ['events', observeEvents],
  ['webhooks', observeWebhooks],
  ['audit', observeAudit],
  ['erasures', observeErasures],
  ['clocks', observeDatabaseClock],
  ['proxies', observeProxies],
]

const besideIt: readonly Check<Pick<DoctorDeps, 'config'>>[] = [
  ['address', async ({ config }) => [ok(`public address: ${config.publicUrl}`)]],
  ['keys', observeIdentityKeys],
  ['clocks', observeGatewayClock],
  ['nats', observeNats],
  ['redis', observeRedis],
  ['disk', observeDisk],
]

export async function examine(deps: DoctorDeps): Promise<Finding[]> {
  return [...(await look(inTheDatabase, deps)), ...(await look(besideIt, deps))]
}

/** @param failure why the database cannot be used, in a sentence */
export async function examineWithoutDatabase(
  config: AuthConfig,
  failure: string,
): Promise<Finding[]> {
  return [{ check: 'database', ...failed(failure) }, ...(await look(besideIt, { config }))]
}

async function look<Deps>(checks: readonly Check<Deps>[], deps: Deps): Promise<Finding[]> {
  const found = checks.map(async ([check, observe]) => {
    const observed = await inTime(observe(deps), LONGEST_MS).catch((error: unknown) => [
      failed(`${check}: ${error instanceof Error ? error.message : String(error)}`),
    ])
    return observed.map((one): Finding => ({ check, ...one }))
  })
  return (await Promise.all(found)).flat()
}
