// ANOMALIES: what is done about each kind of unusual sign-in.

export const ANOMALY_KINDS = ['device', 'stuffing', 'travel', 'country', 'stale'] as const
export type AnomalyKind = (typeof ANOMALY_KINDS)[number]

/** `challenge`: the mailbox, where no further factor was asked for anyway. */
export const ANOMALY_ACTIONS = ['off', 'log', 'challenge', 'block'] as const
export type AnomalyAction = (typeof ANOMALY_ACTIONS)[number]

export type AnomalySettings = Readonly<Record<AnomalyKind, AnomalyAction>>

/** A new device has a mail of its own, whatever is said here. */
const DEFAULTS: AnomalySettings = {
  device: 'off',
  stuffing: 'challenge',
  travel: 'log',
  country: 'log',
  stale: 'log',
}

/** `travel:challenge,stale:off`; what is not named keeps its default. */
export function readAnomalies(text: string): AnomalySettings | string {
  const read: Record<string, AnomalyAction> = { ...DEFAULTS }
  for (const item of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [kind = '', action = '', ...more] = item.split(':')
    const isKnown = (ANOMALY_KINDS as readonly string[]).includes(kind)
    if (more.length > 0 || !isKnown || !(ANOMALY_ACTIONS as readonly string[]).includes(action)) {
      return `must read "kind:action", by comma; kinds are ${ANOMALY_KINDS.join(', ')}, actions ${ANOMALY_ACTIONS.join(', ')}`
    }
    read[kind] = action as AnomalyAction
  }
  return read as AnomalySettings
}
