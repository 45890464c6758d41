// What the settings did, or would have done, since some time: for an operator who decides between log, challenge and block.
import type { Knex } from 'knex'
import type { AnomalySettings } from './settings.ts'
import { ANOMALY_KINDS } from './settings.ts'

interface Row {
  readonly kind: string
  readonly sign_ins: string
  readonly stopped: string
  readonly people: string
}

/** A line for each kind; one that is off is not looked for. */
export async function countAnomalies(
  db: Knex,
  actions: AnomalySettings,
  since: Date,
): Promise<string> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select kind, count(*) as sign_ins, count(*) filter (where outcome = 'failure') as stopped,
       count(distinct target_commitment) as people
     from audit_records, jsonb_array_elements_text(kept -> 'kinds') as kind
     where action = 'sign-in.anomaly' and occurred_at >= ? group by kind`,
    [since],
  )
  const lines = ANOMALY_KINDS.map((kind) => {
    const row = rows.find((one) => one.kind === kind)
    const [count, stopped] = [Number(row?.sign_ins ?? 0), Number(row?.stopped ?? 0)]
    const found =
      actions[kind] === 'off'
        ? 'not looked for'
        : `${count} sign-ins, ${stopped} of them stopped; "challenge" asks each for the mailbox where no further factor is held, "block" stops each that is not on a known device`
    return `${kind} (${actions[kind]}): ${found}`
  })
  return [`Since ${since.toISOString()}:`, ...lines].join('\n')
}
