// How long somebody has to wait, as a page says it: in seconds, minutes or hours, whichever reads well.
import type { Language } from '../language.ts'

export function durationOf(language: Language, seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (seconds < 90) return format(language, seconds, 'second')
  return minutes < 90
    ? format(language, minutes, 'minute')
    : format(language, Math.ceil(minutes / 60), 'hour')
}

function format(language: Language, count: number, unit: string): string {
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const
  return new Intl.NumberFormat(language, style).format(count)
}
