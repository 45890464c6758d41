// Times as people and programs write them: RFC 3339, checked against the calendar. The engine takes 30 February for 2 March.
const TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** @returns null where the text is not a time, or no calendar has that day */
export function parseTime(text: string): Date | null {
  const [, day = ''] = TIME.exec(text) ?? []
  return parseDay(day) === null ? null : new Date(text)
}

/** @returns midnight in UTC; null where the text is not a day such as 2026-01-31 */
export function parseDay(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null
  const midnight = new Date(`${text}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime())) return null
  return midnight.toISOString().startsWith(text) ? midnight : null
}
