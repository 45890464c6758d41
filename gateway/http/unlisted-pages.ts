// Tells a developer why the browser hides an answer from a page: the browser's own message cannot name our settings.
import type { Log } from '../../platform/log.ts'

export interface TellUnlisted {
  /** @param host The `Host` of the request: a page from there needs no leave to read the answer. */
  origin(origin: string, host: string | undefined): void
  /** A request header that a listed page asked to send, in lower case. */
  header(name: string): void
}

/** Anyone who sends other names each time must not fill log and memory. */
const MOST = 20
const LONGEST = 200

/** Each origin and each header is told once. */
export function createTellUnlisted(logger: Log): TellUnlisted {
  const origins = createOnce()
  const headers = createOnce()
  return {
    origin(origin, host) {
      if (isSameHost(origin, host) || !origins.isNew(origin)) return
      logger.warn({ origin }, adviceFor(origin))
    },
    header(header) {
      if (header === '' || !headers.isNew(header)) return
      logger.warn(
        { header },
        'browsers keep this header from us: list it under cors.headers, or forwardHeaders of the subgraph that reads it, in supergraph.yaml',
      )
    },
  }
}

function adviceFor(origin: string): string {
  if (origin === 'null') {
    return 'browsers hide answers from a page without an origin (a file, a sandboxed frame): serve it over http, and list it in CORS_ORIGINS'
  }
  return 'browsers hide answers from pages of this origin: list it in CORS_ORIGINS, or under cors.origins in supergraph.yaml'
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}

function createOnce() {
  const known = new Set<string>()
  return {
    isNew(text: string): boolean {
      if (text.length > LONGEST || known.size >= MOST || known.has(text)) return false
      known.add(text)
      return true
    },
  }
}
