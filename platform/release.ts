// Which release of the package this is.
import { createRequire } from 'node:module'

/** `major.minor`: what is compatible with what. Strangers are not told which patches are missing. */
export function readRelease(): string {
  const { version } = createRequire(import.meta.url)('sallyport/package.json') as {
    readonly version: string
  }
  return version.split('.').slice(0, 2).join('.')
}
