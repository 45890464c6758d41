// New API keys and secrets, in the format that gateway and auth both know.
import { randomInt } from 'node:crypto'
import { apiKeyChecksum, BASE62 } from '../../../platform/api-key-format.ts'

export type KeyEnvironment = 'live' | 'test'

export function newKey(environment: KeyEnvironment): string {
  return `spk_${environment}_${randomBase62(16)}`
}

/** 40 base62 characters are 238 random bits. */
export function newSecret(environment: KeyEnvironment): string {
  const body = `sps_${environment}_${randomBase62(40)}`
  return body + apiKeyChecksum(body)
}

function randomBase62(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(62)]).join('')
}
