// Step "load": turns requests away while the process cannot keep up.
import { serviceUnavailable } from '../refusals.ts'

export interface LoadParts {
  isOverloaded(): boolean
  readonly metrics: { countShed(): void }
}

export function shedLoad(parts: LoadParts) {
  return function load(): void {
    if (!parts.isOverloaded()) return
    parts.metrics.countShed()
    throw serviceUnavailable('OVERLOADED')
  }
}
