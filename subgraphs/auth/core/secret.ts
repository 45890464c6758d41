// Versioned lists of secrets, so that each can rotate while old values still verify.
import { Secret } from '../../../platform/secret.ts'

/** The newest version makes new values; every listed version still checks old ones. */
export class VersionedSecret {
  readonly #byVersion: ReadonlyMap<number, Secret<string>>
  readonly currentVersion: number

  constructor(versions: ReadonlyMap<number, Secret<string>>) {
    this.#byVersion = versions
    this.currentVersion = Math.max(...versions.keys())
  }

  current(): Secret<string> {
    return this.version(this.currentVersion)
  }

  /** @throws Error when a stored version is no longer in the settings: the operator removed it too early. */
  version(number: number): Secret<string> {
    const secret = this.#byVersion.get(number)
    if (secret === undefined) throw new Error(`Secret version ${number} is not in the settings`)
    return secret
  }

  has(number: number): boolean {
    return this.#byVersion.has(number)
  }
}

const MIN_SECRET_BYTES = 32

/**
 * Reads `1:<base64>,2:<base64>`: a version number and at least 32 random bytes each.
 * @returns the list, or a sentence that says what is wrong with it
 */
export function parseVersionedSecret(name: string, text: string): VersionedSecret | string {
  const versions = new Map<number, Secret<string>>()
  for (const entry of text.split(',')) {
    const match = /^\s*([1-9]\d{0,5}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(entry)
    if (match === null) return `${name} must read "1:<base64>", versions separated by commas`
    const bytes = Buffer.from(match[2] ?? '', 'base64')
    if (bytes.length < MIN_SECRET_BYTES || new Set(bytes).size < 8) {
      return `${name} version ${match[1]} is too weak: 32 random bytes, as from "openssl rand -base64 32"`
    }
    versions.set(Number(match[1]), new Secret(match[2] ?? ''))
  }
  return new VersionedSecret(versions)
}
