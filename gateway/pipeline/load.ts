// Step "load": turns requests away while the process cannot keep up.
import { serviceUnavailable } from '../refusals.ts'

export function shedLoad(parts: { isOverloaded(): boolean }) {
  return function load(): void {
    if (parts.isOverloaded()) throw serviceUnavailable('OVERLOADED')
  }
}
