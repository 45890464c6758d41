// Where a network address is, as far as the operator's file says: MaxMind's format, of whoever makes it (GeoLite2, DB-IP, one's own).
import { readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { type CityResponse, Reader } from 'maxmind'
import type { Log } from '../../../platform/log.ts'

export interface Place {
  /** ISO 3166-1, as `PT`. */
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

export type FindPlace = (address: string | null) => Place | null

export interface Places {
  readonly find: FindPlace
  stop(): void
}

const CHECK_MS = 60_000
/**
 * Of a network whose town is not known the file has the middle of its country, and says how far off that may be: two such errors
 * must not look like a journey (`travel` begins at 500 km).
 */
const MOST_RADIUS_KM = 250

/**
 * Reads the file anew when it changes, beside the requests; what is broken is logged, and the one before stays.
 * @param file null: nothing is known of any address. @throws Error for a file that is not there, or is not of that format
 */
export function createPlaces(
  file: string | null,
  { log, checkMs = CHECK_MS }: { readonly log: Log; readonly checkMs?: number },
): Places {
  if (file === null) return { find: () => null, stop: () => {} }
  // Before it is read: what is changed meanwhile is read again.
  let known = versionOf(statSync(file))
  let reader = new Reader<CityResponse>(readFileSync(file))
  const timer = setInterval(() => void look(file), checkMs).unref()
  return {
    find: (address) => (address === null ? null : placeOf(lookUp(reader, address))),
    stop: () => clearInterval(timer),
  }

  async function look(path: string): Promise<void> {
    const version = await stat(path).then(versionOf, () => 'gone')
    if (version === known) return
    known = version
    try {
      reader = new Reader<CityResponse>(await readFile(path))
      log.info({ file }, 'GEOIP_FILE was read anew')
    } catch (error) {
      log.error({ file, err: error }, 'GEOIP_FILE cannot be read: the one before stays in use')
    }
  }
}

function versionOf({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`
}

function placeOf(found: CityResponse | null): Place | null {
  if (found === null) return null
  const { latitude, longitude, accuracy_radius = 0 } = found.location ?? {}
  const isLocated =
    latitude !== undefined && longitude !== undefined && accuracy_radius <= MOST_RADIUS_KM
  return {
    country: found.country?.iso_code ?? null,
    latitude: isLocated ? latitude : null,
    longitude: isLocated ? longitude : null,
  }
}

function lookUp(reader: Reader<CityResponse>, address: string): CityResponse | null {
  try {
    return reader.get(address)
  } catch {
    // IPv6 in a file of IPv4 alone, or what is not an address at all.
    return null
  }
}

const EARTH_KM = 6371

/** Along the surface (haversine). */
export function kilometresBetween(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const [a, b] = [radians(from.latitude), radians(to.latitude)]
  const across = Math.sin((b - a) / 2) ** 2
  const along = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2
  const chord = Math.min(1, across + Math.cos(a) * Math.cos(b) * along)
  return 2 * EARTH_KM * Math.asin(Math.sqrt(chord))
}
