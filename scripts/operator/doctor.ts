// `sallyport doctor`: what it finds, for people or as JSON; exit code 1 where something does not work.
import { inTime } from '../../platform/in-time.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { withDevelopmentSecrets } from '../../subgraphs/auth/development-secrets.ts'
import { examineWithoutDatabase } from '../../subgraphs/auth/operator/doctor/examine.ts'
import {
  describeFindings,
  type Finding,
  isHealthy,
} from '../../subgraphs/auth/operator/doctor/finding.ts'
import type { Given, Outcome } from './command.ts'
import { connectOperator, type Operator } from './connect.ts'

/** For a connection to be closed. A server that was stopped does not even answer a goodbye, and would keep the process for ever. */
const PATIENCE_MS = 2_000

/** @throws Error with what was found where the settings or the database cannot be used: as every other command does */
export async function doctor(given: Given): Promise<Outcome> {
  const findings = await findOut()
  const isOk = isHealthy(findings)
  if (given.json === true)
    return { said: JSON.stringify({ ok: isOk, findings }, null, 2), isComplete: isOk }
  const said = describeFindings(findings)
  if (findings[0]?.state === 'failed') throw new Error(said)
  return { said, isComplete: isOk }
}

async function findOut(): Promise<readonly Finding[]> {
  const config = readAuthConfig(withDevelopmentSecrets(process.env))
  const operator = await connectOperator()
  try {
    return JSON.parse(await operator.run('doctor', { json: true })) as Finding[]
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return await examineWithoutDatabase(config, failure)
  } finally {
    await closeSoon(operator)
  }
}

async function closeSoon(operator: Operator): Promise<void> {
  await inTime(operator.close(), PATIENCE_MS).catch(() => undefined)
  setTimeout(() => process.exit(), PATIENCE_MS).unref()
}
